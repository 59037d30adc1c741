import { CONFIG_FILES, readConfig } from '../config/read-config.js'
import { CodegenError } from '../errors.js'
import { findScripts } from '../schema-files/index.js'
import { startServer, type Server } from '../server/index.js'
import { FileWatcher } from './file-watcher.js'
import { orderOf, type Order, type SettingFlags } from './order.js'
import type { Progress } from './progress.js'
import { shownError } from './shown-error.js'
import { untilSignal } from './until-signal.js'

export interface WatchOptions {
  readonly config: string | undefined
  readonly settings: SettingFlags
  readonly progress: Progress
  readonly run: (
    order: Order,
    progress: Progress,
    options: { readonly server: Server; readonly signal: AbortSignal },
  ) => Promise<unknown>
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
        await run(order, progress, { server, signal: ending.signal })
      } catch (error) {
        if (!ending.signal.aborted) progress.notify(shownError(error))
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
  const { files: named } = order.source
  const found = await findScripts(named).catch(() => ({ files: [], folders: [] }))
  return {
    order,
    files: [...named, ...found.files, ...found.folders, ...(config === undefined ? CONFIG_FILES : [config])],
  }
}

async function disposable(starting: Promise<Server>): Promise<Server & AsyncDisposable> {
  const server = await starting
  return { ...server, [Symbol.asyncDispose]: () => server.stop() }
}
