/**
 * Where in the caller's code a stream was asked for: what fails later, between two chunks, has no frames of the caller
 * in its stack. The idea is postgres.js's.
 */
export class CallSite {
  /** Formatted only when it is looked at. */
  declare readonly stack: string

  constructor() {
    Error.captureStackTrace(this, CallSite)
  }

  /** Adds the caller's frames to an error's stack. */
  addTo(error: Error): void {
    const frames = this.stack.slice(this.stack.indexOf('\n'))
    error.stack = `${error.stack}${frames}`
  }
}
