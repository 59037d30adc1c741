import { elapsed, setImmediate } from './real-timers.js'

/** How long work may hold the event loop before it gives way, in milliseconds. */
const HOLD_MS = 2

/** When the event loop was last known to turn. There is one for all that runs on a thread. */
let turnedAt = elapsed()

/** Whether the event loop may not have turned for a while, and work should give way. */
export function isBreathDue(): boolean {
  return elapsed() - turnedAt > HOLD_MS
}

/** Goes on when timers and sockets have had their turn. */
export function afterBreath(goOn: () => void): void {
  setImmediate(() => {
    turnedAt = elapsed()
    goOn()
  })
}

/** Resolves when timers and sockets have had their turn. */
export function breathe(): Promise<void> {
  return new Promise(afterBreath)
}
