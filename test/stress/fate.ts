import { answer } from './answer.js'
import { check } from './check.js'
import { BrokenPromise } from './failures.js'
import type { Plan } from './plan.js'
import { Run } from './run.js'
import { hasBadRows } from './sources.js'
import { ways } from './ways.js'
import type { World } from './world.js'

/** Nothing here takes so long, on however slow a machine, unless it hangs. */
const HANG_MS = 60_000
/** A fetch that would take a minute is left by then where nothing else does it. */
const LAST_RESORT_MS = 30

/** Runs streams of these fates, so many at once. */
export async function runFates(world: World, plans: readonly Plan[], lanes: number): Promise<void> {
  const left = [...plans]
  const lane = async () => {
    for (let plan = left.shift(); plan !== undefined; plan = left.shift()) await runFate(world, plan)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  await world.settle()
}

/** @throws {@link BrokenPromise} which names the plan. */
async function runFate(world: World, plan: Plan): Promise<void> {
  const run = new Run(world, plan)
  let timer: NodeJS.Timeout | undefined
  const hang = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new BrokenPromise('It hangs.')), HANG_MS)
  })
  try {
    await Promise.race([through(run), hang])
  } catch (error) {
    const { delivered, queries } = run
    const how = { seen: delivered.seen, queries, error: String(run.error) }
    const message = error instanceof Error ? error.message : String(error)
    throw new BrokenPromise(`${message} ${JSON.stringify(plan)} ${JSON.stringify(how)}`, { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

async function through(run: Run): Promise<void> {
  const { world, plan } = run
  if (plan.end === 'abort before') run.abort()
  const later = plan.end === 'abort later' ? setTimeout(() => run.abort(), plan.laterMs) : undefined
  const last = hasBadRows(plan.source, plan.rows) && plan.source === 'stalling' ? lastResort(run) : undefined
  world.active++
  try {
    await world.queries.run(run, () => ways[plan.via](run))
  } catch (error) {
    run.error = error
  } finally {
    world.active--
    clearTimeout(later)
    clearInterval(last)
  }
  await world.untilFree()
  check(run)
  await answer(world, plan.number)
}

/** By the server, or by the signal. */
function lastResort(run: Run): NodeJS.Timeout {
  return setInterval(() => {
    if (run.plan.end === 'cancel') void run.world.cancel('asleep')
    else run.abort()
  }, LAST_RESORT_MS + run.plan.laterMs)
}
