import { readConfig } from '../config/read-config.js'
import { CodegenError } from '../errors.js'
import { generate, type GenerateResult } from '../generate.js'
import type { Server } from '../server/index.js'
import { outdated, summary } from '../summary.js'
import { isUpToDate } from '../write/changes.js'
import { isPageUpToDate } from '../write/page.js'
import { orderOf, type Order, type SettingFlags } from './order.js'
import { Progress } from './progress.js'
import { watch } from './watch.js'

export interface CodegenFlags extends SettingFlags {
  readonly config?: string
  readonly check?: boolean
  readonly watch?: boolean
}

/**
 * `sluice codegen`.
 *
 * @returns the exit code: 1 when `--check` found something stale.
 * @throws {@link CodegenError} with a message for people.
 */
export async function codegen(flags: CodegenFlags): Promise<number> {
  const { config, check = false, watch: isWatching = false, ...settings } = flags
  if (check && isWatching) throw new CodegenError('Give --check or --watch, not both: --check runs once.')
  const progress = new Progress()
  if (isWatching) return watch({ config, settings, progress, run: runOnce })
  const order = orderOf(settings, await readConfig(config))
  const result = await runOnce(order, progress, { check })
  return check && !isCurrent(result) ? 1 : 0
}

function isCurrent({ changes, page }: GenerateResult): boolean {
  return isUpToDate(changes) && isPageUpToDate(page)
}

/** Generates once, and says what came of it. */
async function runOnce(
  order: Order,
  progress: Progress,
  { check = false, server }: { readonly check?: boolean; readonly server?: Server } = {},
): Promise<GenerateResult> {
  try {
    const result = await generate({ ...order, check, report: progress, ...(server && { server }) })
    progress.clear()
    if (!check) process.stdout.write(`${summary(result, order.out)}\n`)
    else if (isCurrent(result)) process.stdout.write(`${order.out} is up to date with the schema.\n`)
    else process.stderr.write(`${outdated(result, order.out)}\n`)
    return result
  } finally {
    progress.clear()
  }
}
