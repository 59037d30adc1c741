import { generate, type GenerateResult } from '../generate.js'
import { type Server, startServer } from '../server/index.js'
import { outdated, summary } from '../summary.js'
import { isUpToDate } from '../write/changes.js'
import { isPageUpToDate } from '../write/page.js'
import type { Order } from './order.js'
import type { Progress } from './progress.js'
import { shownError } from './shown-error.js'

export interface RunOptions {
  readonly progress: Progress
  /** Write nothing. Default: `false`. */
  readonly check?: boolean
  /** Told of each file that a script includes. Default: nobody is. */
  readonly onInclude?: (path: string) => void
  /** Print nothing but what is wrong. Default: `false`. */
  readonly quiet?: boolean
  /** Where scratch databases are made; it keeps running. Default: one for this call. */
  readonly server?: Server
  /** Ends the work early, with an error. Default: nothing does. */
  readonly signal?: AbortSignal
}

/**
 * Generates each database once, and says what came of it. One that fails is said, has none of its files changed, and
 * leaves the others alone.
 *
 * @returns whether all went well; with `check`, whether all are up to date.
 * @throws what the only one throws, and what is thrown when it is ended early.
 */
export async function runAll(orders: readonly Order[], options: RunOptions): Promise<boolean> {
  const [only, ...others] = orders
  if (only === undefined) return true
  if (others.length === 0) return runOnce(only, options)
  const failed: string[] = []
  let isCurrent = true
  await withServer(orders, options, async (shared) => {
    for (const order of orders) {
      try {
        isCurrent = (await runOnce(order, shared)) && isCurrent
      } catch (error) {
        if (options.signal?.aborted) throw error
        options.progress.notify(`${order.name ?? ''}: ${shownError(error)}`)
        failed.push(order.name ?? '')
      }
    }
  })
  if (failed.length === 0) return isCurrent
  options.progress.notify(
    `${failed.length} of ${orders.length} databases failed and ${failed.length > 1 ? 'were' : 'was'} left as before: ${failed.join(', ')}.`,
  )
  return false
}

/** Runs `body` with one server for all that need one. */
async function withServer(
  orders: readonly Order[],
  options: RunOptions,
  body: (options: RunOptions) => Promise<void>,
): Promise<void> {
  const { progress, server: running } = options
  if (running !== undefined || orders.every(({ source }) => 'url' in source)) return body(options)
  progress.step('Starting PostgreSQL')
  const server = await startServer({ notify: progress.notify })
  try {
    await body({ ...options, server })
  } finally {
    progress.step('Stopping PostgreSQL')
    await server.stop()
    progress.clear()
  }
}

async function runOnce(order: Order, options: RunOptions): Promise<boolean> {
  const { progress, check = false, quiet = false, onInclude = () => undefined, server, signal } = options
  try {
    const result = await generate({
      ...order,
      check,
      report: { step: progress.step, notify: progress.notify, include: onInclude },
      ...(server && { server }),
      ...(signal && { signal }),
    })
    progress.clear()
    const label = order.name === undefined ? '' : `${order.name}: `
    const say = (text: string) => void (quiet || process.stdout.write(`${label}${text}\n`))
    const isCurrent = areCurrent(result)
    if (!check) say(summary(result, order.out))
    else if (isCurrent) say(`${order.out} is up to date with the schema.`)
    else process.stderr.write(`${label}${outdated(result, order.out)}\n`)
    return !check || isCurrent
  } finally {
    progress.clear()
  }
}

function areCurrent({ changes, page }: GenerateResult): boolean {
  return isUpToDate(changes) && isPageUpToDate(page)
}
