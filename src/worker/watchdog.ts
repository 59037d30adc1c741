import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads'
import { HEARTBEAT } from './messages.js'

/** What a worker says when it ends: how, and by which error if it was one. */
export interface LastWord {
  readonly exitCode?: number
  readonly error?: { readonly message: string; readonly stack?: string }
}

/** How long one slice of waiting is: nothing wakes a waiting thread when its worker dies. */
export const SLICE_MS = 100

/**
 * Slices without a beat of its heart after which a worker is taken for hung: a minute. Counted, and not measured by the
 * clock, which goes on while the whole process is stopped or the machine asleep.
 */
const SILENT_SLICES = 600

/** How the calling thread learns what became of its worker while it waits: no event reaches it then. */
export class Watchdog {
  readonly #port: MessagePort
  readonly #pulse: Int32Array
  #lastWord: LastWord | undefined
  #hasEnded = false
  #lastBeat = 0
  #silentSlices = 0

  constructor(port: MessagePort, pulse: Int32Array) {
    this.#port = port
    this.#pulse = pulse
    // Between this event and that of the thread's exit there may be another wait.
    port.once('close', () => (this.#hasEnded = true))
  }

  /** What it said when it ended; undefined when it had no time to, as when memory ran out. */
  get lastWord(): LastWord | undefined {
    return this.#lastWord
  }

  /** Whether its code ever ran. */
  get hasStarted(): boolean {
    return Atomics.load(this.#pulse, HEARTBEAT) > 0
  }

  /** Whether the thread is gone. */
  hasEnded(): boolean {
    if (this.#hasEnded) return true
    // Node says, though not in its documentation, whether the other end of a port still exists. Were it to stop saying
    // so, a thread without a last word would be found out by its silence.
    const isReached = this.#port.postMessage(undefined) as unknown
    this.#listen()
    if (isReached === false || this.#lastWord !== undefined) this.#hasEnded = true
    return this.#hasEnded
  }

  /** To be asked after each slice of waiting in which nothing came. */
  isSilent(): boolean {
    const beat = Atomics.load(this.#pulse, HEARTBEAT)
    if (beat === this.#lastBeat) return ++this.#silentSlices >= SILENT_SLICES
    this.#lastBeat = beat
    this.#silentSlices = 0
    return false
  }

  /** What Node tells of an end, once the event loop turns. */
  ended(lastWord: LastWord): void {
    this.#hasEnded = true
    this.#listen()
    this.#lastWord ??= lastWord
    this.#port.close()
  }

  /** The error comes before the code that follows from it. */
  #listen(): void {
    const received = receiveMessageOnPort(this.#port) as { message: LastWord } | undefined
    this.#lastWord ??= received?.message
  }
}
