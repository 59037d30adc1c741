import { readConfig } from '../config/read-config.js'
import { CodegenError } from '../errors.js'
import { generate, type GenerateResult } from '../generate.js'
import type { Server } from '../server/index.js'
import { outdated, summary } from '../summary.js'
import { isUpToDate } from '../write/changes.js'
import { isPageUpToDate } from '../write/page.js'
import { orderOf, type Order, type SettingFlags } from './order.js'
import { Progress } from './progress.js'
import { shownError } from './shown-error.js'
import { untilSignal } from './until-signal.js'
import { watch } from './watch.js'

export interface CodegenFlags extends SettingFlags {
  readonly config?: string
  readonly check?: boolean
  readonly watch?: boolean
  readonly quiet?: boolean
}

/**
 * `sluice codegen`.
 *
 * @returns the exit code: 1 when `--check` found something stale.
 * @throws {@link CodegenError} with a message for people.
 */
export async function codegen(flags: CodegenFlags): Promise<number> {
  const { config, check = false, watch: isWatching = false, quiet = false, ...settings } = flags
  if (check && isWatching) throw new CodegenError('Give --check or --watch, not both: --check runs once.')
  const progress = new Progress()
  const run: typeof runOnce = (order, progress, options) => runOnce(order, progress, { ...options, quiet })
  if (isWatching) return watch({ config, settings, progress, run })
  const order = orderOf(settings, await readConfig(config))
  using ending = untilSignal()
  try {
    const result = await run(order, progress, { check, signal: ending.signal })
    return check && !isCurrent(result) ? 1 : 0
  } catch (error) {
    if (!ending.signal.aborted) throw error
    process.stderr.write(`${shownError(error)}\n`)
    return ending.exitCode
  }
}

function isCurrent({ changes, page }: GenerateResult): boolean {
  return isUpToDate(changes) && isPageUpToDate(page)
}

interface RunOptions {
  readonly check?: boolean
  readonly quiet?: boolean
  readonly server?: Server
  readonly signal?: AbortSignal
}

/** Generates once, and says what came of it. */
async function runOnce(
  order: Order,
  progress: Progress,
  { check = false, quiet = false, server, signal }: RunOptions = {},
): Promise<GenerateResult> {
  try {
    const result = await generate({
      ...order,
      check,
      report: progress,
      ...(server && { server }),
      ...(signal && { signal }),
    })
    progress.clear()
    const say = (text: string) => void (quiet || process.stdout.write(`${text}\n`))
    if (!check) say(summary(result, order.out))
    else if (isCurrent(result)) say(`${order.out} is up to date with the schema.`)
    else process.stderr.write(`${outdated(result, order.out)}\n`)
    return result
  } finally {
    progress.clear()
  }
}
