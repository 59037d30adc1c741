import { createContext, Script } from 'node:vm'
import { isLong } from '../support/long.js'

/** Characters of a text: a megabyte, or an eighth where there is less time. */
const SIZE = 1_048_576 / (isLong ? 1 : 8)

/** What linear work on four times the input never takes as a multiple: quadratic work takes 16 times as long. */
const MOST = 10

/** Quadratic work takes minutes, or many seconds. Of what takes less processor time, only noise would be compared. */
const SURELY_LINEAR_MS = isLong ? 4_000 : 250

/** Past this, the work is stopped. */
const DEADLINE_MS = 20_000

const call = new Script('work()')
/** One for all, which takes longer to make than most of the work does. */
const context = createContext({})

/** Whether the processor time of a work on so many characters grows as they do. */
export function isLinear(work: (size: number) => unknown): boolean {
  const whole = milliseconds(() => work(SIZE))
  if (whole < SURELY_LINEAR_MS) return true
  const most = MOST * milliseconds(() => work(SIZE / 4))
  // The first time it is compiled as well, and garbage of others may be collected within.
  return whole < most || milliseconds(() => work(SIZE)) < most
}

function milliseconds(work: () => unknown): number {
  const start = process.cpuUsage()
  try {
    call.runInContext(Object.assign(context, { work }), { timeout: DEADLINE_MS })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return Infinity
    // That the text is refused is as good; that the stack ends is not.
    if (error instanceof RangeError && error.message.includes('call stack')) throw error
  }
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}
