import { clearInterval, setInterval } from '../real-timers.js'

const SLICES = 4

/** What is watched. */
export interface WatchedStream {
  /** How many rows the loop has received, at index 0. */
  readonly delivered: Float64Array
  /** The connection is at work, so that the loop may be waiting for it. */
  readonly isBusy: () => boolean
  /** The loop is at work on rows that it has. */
  readonly onProgress: () => void
  readonly onStall: () => void
}

/**
 * Watches whether the loop over a stream still takes rows, between one chunk and the next. It looks four times within the
 * limit, each of which counts once however late it is: a process that was blocked is not idle for that.
 */
export class IdleWatch {
  readonly #stream: WatchedStream
  readonly #sliceMs: number
  #timer: NodeJS.Timeout | undefined
  #left = SLICES
  #delivered = 0

  constructor(limitMs: number, stream: WatchedStream) {
    this.#stream = stream
    this.#sliceMs = Math.ceil(limitMs / SLICES)
  }

  /** A chunk was handed out. */
  start(): void {
    this.stop()
    this.#left = SLICES
    this.#delivered = this.#stream.delivered[0] ?? 0
    this.#timer = setInterval(() => this.#look(), this.#sliceMs)
    this.#timer.unref()
  }

  /** The next one was asked for, or the stream has ended. */
  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const { isBusy, onProgress, onStall } = this.#stream
    const delivered = this.#stream.delivered[0] ?? 0
    if (delivered !== this.#delivered || isBusy()) {
      this.#left = SLICES
      if (delivered !== this.#delivered) onProgress()
      this.#delivered = delivered
      return
    }
    if (--this.#left > 0) return
    this.stop()
    onStall()
  }
}
