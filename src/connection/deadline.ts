import { clearTimeout, setTimeout } from '../real-timers.js'

const SLICES = 4

/**
 * A time limit on what another process does. It runs in slices, each of which counts once however late it is noticed: an
 * answer that waits in the socket because something blocks this process is not late.
 */
export class Deadline {
  readonly #sliceMs: number
  readonly #onPassed: () => void
  readonly #isSuspended: () => boolean
  #left = SLICES
  #timer: NodeJS.Timeout | undefined

  /** @param isSuspended tells at the end of a slice whether it does not count. */
  constructor(ms: number, onPassed: () => void, isSuspended = () => false) {
    this.#sliceMs = Math.ceil(ms / SLICES)
    this.#onPassed = onPassed
    this.#isSuspended = isSuspended
    this.#wait()
  }

  clear(): void {
    clearTimeout(this.#timer)
  }

  #wait(): void {
    this.#timer = setTimeout(() => {
      if (this.#isSuspended() || --this.#left > 0) this.#wait()
      else this.#onPassed()
    }, this.#sliceMs)
  }
}
