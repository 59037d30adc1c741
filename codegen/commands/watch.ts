import { CONFIG_FILES, readConfig } from '../config/read-config.js'
import { CodegenError } from '../errors.js'
import { startServer, type Server } from '../server/index.js'
import { FileWatcher } from './file-watcher.js'
import { orderOf, type Order, type SettingFlags } from './order.js'
import type { Progress } from './progress.js'
import { shownError } from './shown-error.js'

export interface WatchOptions {
  readonly config: string | undefined
  readonly settings: SettingFlags
  readonly progress: Progress
  readonly run: (order: Order, progress: Progress, options: { readonly server: Server }) => Promise<unknown>
}

/**
 * Generates, and again whenever a schema file or the configuration changes, on one server that runs until the end.
 * What goes wrong is said, and the next change is waited for.
 *
 * @returns the exit code, once SIGINT or SIGTERM came and the server is stopped.
 * @throws {@link CodegenError} when there is nothing to watch, or the server does not start.
 */
export async function watch({ config, settings, progress, run }: WatchOptions): Promise<number> {
  const first = await readOrder(config, settings)
  progress.step('Starting PostgreSQL')
  await using server = await disposable(startServer({ notify: progress.notify }))
  using ending = untilSignal()
  const watcher = new FileWatcher()
  watcher.watch(first.files)
  try {
    for (let next: ReadOrder | undefined = first; !ending.signal.aborted; next = undefined) {
      try {
        const { order, files } = next ?? (await readOrder(config, settings))
        watcher.watch(files)
        await run(order, progress, { server })
      } catch (error) {
        progress.notify(shownError(error))
      }
      if (ending.signal.aborted) break
      progress.notify('Watching for changes. Ctrl-C ends it.')
      const changed = await watcher.change(ending.signal)
      if (changed !== undefined) progress.notify(`\n${changed} has changed.`)
    }
  } finally {
    watcher.close()
    progress.clear()
  }
  return 0
}

interface ReadOrder {
  readonly order: Order
  readonly files: readonly string[]
}

async function readOrder(config: string | undefined, settings: SettingFlags): Promise<ReadOrder> {
  const read = await readConfig(config)
  const order = orderOf(settings, read)
  if ('url' in order.source) {
    throw new CodegenError(
      '--watch watches schema files, and this schema is read from a database. Give --schema.',
    )
  }
  // One that is not there may come, and come back.
  return { order, files: [...order.source.files, ...(config === undefined ? CONFIG_FILES : [config])] }
}

async function disposable(starting: Promise<Server>): Promise<Server & AsyncDisposable> {
  const server = await starting
  return { ...server, [Symbol.asyncDispose]: () => server.stop() }
}

/** A signal that is aborted by Ctrl-C; a second one ends the process at once, as without this. */
function untilSignal(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController()
  const abort = (): void => {
    dispose()
    controller.abort()
  }
  const dispose = (): void => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, abort)
  }
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, abort)
  return { signal: controller.signal, [Symbol.dispose]: dispose }
}
