import { readConfig } from '../config/read-config.js'
import { CodegenError } from '../errors.js'
import { ordersOf, type SettingFlags } from './order.js'
import { Progress } from './progress.js'
import { runAll } from './run.js'
import { shownError } from './shown-error.js'
import { untilSignal } from './until-signal.js'
import { watch } from './watch.js'

export interface CodegenFlags extends SettingFlags {
  readonly config?: string
  readonly only?: readonly string[]
  readonly check?: boolean
  readonly watch?: boolean
  readonly quiet?: boolean
}

/**
 * `sluice codegen`.
 *
 * @returns the exit code: 1 when `--check` found something stale, or one of several databases failed.
 * @throws {@link CodegenError} with a message for people.
 */
export async function codegen(flags: CodegenFlags): Promise<number> {
  const { config, only, check = false, watch: isWatching = false, quiet = false, ...settings } = flags
  if (check && isWatching) throw new CodegenError('Give --check or --watch, not both: --check runs once.')
  const progress = new Progress()
  if (isWatching) return watch({ config, only, settings, progress, quiet })
  const orders = ordersOf(settings, await readConfig(config), only)
  using ending = untilSignal()
  try {
    return (await runAll(orders, { progress, check, quiet, signal: ending.signal })) ? 0 : 1
  } catch (error) {
    if (!ending.signal.aborted) throw error
    process.stderr.write(`${shownError(error)}\n`)
    return ending.exitCode
  }
}
