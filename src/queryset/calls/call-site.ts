import { SluiceError } from '../../errors.js'
import { captureStack, stackOf } from '../../stack-trace.js'

/**
 * Where in the caller's code rows were asked for: what fails later, between two chunks or before its promise is waited
 * for, has no frames of the caller in its stack. The idea is postgres.js's.
 */
export class CallSite {
  /** Formatted only when it is looked at. */
  declare readonly stack?: unknown

  constructor() {
    captureStack(this, CallSite)
  }

  /** Adds those of the caller's frames to an error's stack that it does not have. */
  addTo(error: unknown): void {
    if (!(error instanceof SluiceError)) return
    const stack = stackOf(error)
    const frames = stackOf(this)
    if (stack === undefined || frames === undefined) return
    const missing = framesOf(frames).filter((frame) => !stack.includes(`${placeOf(frame)}:`))
    error.stack = [stack, ...missing].join('\n')
  }
}

/** Does what a method was called for, so that its errors have the caller's line also where nobody waits for it yet. */
export async function fromCallSite<T>(work: () => Promise<T>): Promise<T> {
  const site = new CallSite()
  try {
    return await work()
  } catch (error) {
    site.addTo(error)
    throw error
  }
}

function framesOf(stack: string): string[] {
  return stack.split('\n').slice(1)
}

/** File and line: after an `await` the same function has another name, and the column of what it waits for. */
function placeOf(frame: string): string {
  const end = /:\d+\)?$/.exec(frame)?.index
  if (end === undefined) return frame
  const start = Math.max(frame.lastIndexOf(' ', end), frame.lastIndexOf('(', end)) + 1
  return frame.slice(start, end)
}
