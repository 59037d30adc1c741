import { withImported } from '../config/imported-files.js'
import { CONFIG_FILES, readConfig } from '../config/read-config.js'
import { CodegenError } from '../errors.js'
import { findScripts } from '../schema-files/index.js'
import { startServer, type Server } from '../server/index.js'
import { FileWatcher } from './file-watcher.js'
import { ordersOf, type Order, type SettingFlags } from './order.js'
import type { Progress } from './progress.js'
import { runAll } from './run.js'
import { shownError } from './shown-error.js'
import { untilSignal } from './until-signal.js'

export interface WatchOptions {
  readonly config: string | undefined
  /** The databases that are meant. Default: all. */
  readonly only: readonly string[] | undefined
  readonly settings: SettingFlags
  readonly progress: Progress
  readonly quiet: boolean
}

/**
 * Generates, and again whenever a schema file, one that it includes, or the configuration changes, on one server that runs until the end.
 * What goes wrong is said, and the next change is waited for.
 *
 * @returns the exit code, once SIGINT or SIGTERM came and the server is stopped.
 * @throws {@link CodegenError} when there is nothing to watch, or the server does not start.
 */
export async function watch({ config, only, settings, progress, quiet }: WatchOptions): Promise<number> {
  const first = await readOrders(config, settings, only)
  progress.step('Starting PostgreSQL')
  await using server = await disposable(startServer({ notify: progress.notify }))
  using ending = untilSignal()
  const watcher = new FileWatcher()
  let included: readonly string[] = []
  watcher.watch(first.files)
  try {
    for (let next: ReadOrders | undefined = first; !ending.signal.aborted; next = undefined) {
      try {
        const { orders, files } = next ?? (await readOrders(config, settings, only))
        watcher.watch([...files, ...included])
        const found = new Set<string>()
        const onInclude = (path: string): void => {
          found.add(path)
          watcher.add(path)
        }
        try {
          await runAll(orders, { progress, quiet, server, onInclude, signal: ending.signal })
        } finally {
          included = [...found]
        }
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

interface ReadOrders {
  readonly orders: readonly Order[]
  readonly files: readonly string[]
}

async function readOrders(
  config: string | undefined,
  settings: SettingFlags,
  only: readonly string[] | undefined,
): Promise<ReadOrders> {
  const read = await readConfig(config)
  const orders = ordersOf(settings, read, only)
  const named = orders.flatMap(({ name, source }) => {
    if ('files' in source) return source.files
    const whose = name === undefined ? 'this schema' : `that of ${name}`
    throw new CodegenError(
      `--watch watches schema files, and ${whose} is read from a database. ` +
        (name === undefined ? 'Give --schema.' : 'Choose others by --only.'),
    )
  })
  // One that is not there may come, and come back.
  const found = await findScripts(named).catch(() => ({ files: [], folders: [] }))
  return {
    orders,
    files: [
      ...[...named, ...found.files, ...found.folders],
      ...(config === undefined ? CONFIG_FILES : [config]),
      ...(read.file === undefined ? [] : withImported(read.file)),
    ],
  }
}

async function disposable(starting: Promise<Server>): Promise<Server & AsyncDisposable> {
  const server = await starting
  return { ...server, [Symbol.asyncDispose]: () => server.stop() }
}
