import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads'
import { elapsed } from '../real-timers.js'
import type { NextRequest, RelatedRequest, StreamAnswer, StreamRequestMessage } from './messages.js'
import { SLICE_MS } from './watchdog.js'
import { fromWireError } from './wire-error.js'
import { ConnectionError } from '../errors.js'
import type { RawChunk } from './raw-rows.js'

/** Memory of a chunk that is worth being used again, in bytes. */
const MOST_KEPT = 4 * 1024 * 1024

/** Where a synchronous iteration gets its chunks from. */
export interface SyncChunks {
  /** Blocks until the next chunk is there; undefined at the end, when the connection is free. */
  next(): RawChunk | undefined
  /** Asks for the next chunk, which is on its way while the caller works on this one; the one before is read. */
  requestNext(): void
  /** Runs queries on the stream's connection, between `next` and `requestNext`; each has an {@link answer}. */
  query(related: RelatedRequest): void
  /**
   * Blocks until the next of these has its rows.
   *
   * @throws {@link RelatedQueryFailure} when it failed; what the stream itself met, as it is.
   */
  answer(): RawChunk
  /** Blocks until the connection is free; never throws. */
  close(): void
  /** Frees the connection without waiting for that. */
  drop(): void
  /** Whether the stream has ended on its own, or with its worker, by the time that nobody reads it any more. */
  isOver(): boolean
}

/** A query between two chunks failed; `cause` says how. */
export class RelatedQueryFailure extends Error {
  constructor(override readonly cause: Error) {
    super(cause.message, { cause })
  }
}

/** What a bridge needs to know of its worker. */
export interface SyncBridgeOptions {
  readonly closeTimeoutMs: number
  /** @throws when the worker is gone. */
  readonly checkAlive: () => void
  /** Called once, when the stream has ended. */
  readonly onEnd: () => void
}

/** The calling thread's end of one stream on the worker. */
export class SyncBridge implements SyncChunks {
  readonly #port: MessagePort
  readonly #answers: Int32Array
  readonly #options: SyncBridgeOptions
  #ended = false
  /** The memory of the last chunk, and of the one before, which has been read by now. */
  #last: ArrayBuffer | undefined
  #spent: ArrayBuffer | undefined

  constructor(port: MessagePort, answers: Int32Array, options: SyncBridgeOptions) {
    this.#port = port
    this.#answers = answers
    this.#options = options
  }

  next(): RawChunk | undefined {
    if (this.#ended) return undefined
    const answer = this.#receive(Infinity)
    if (answer?.type === 'chunk') {
      // What was large once is not kept: the next may be small.
      this.#last = answer.size > MOST_KEPT ? undefined : answer.memory
      return answer
    }
    this.#end()
    if (answer?.type === 'error') {
      const error = fromWireError(answer.error)
      throw answer.of === 'query' ? new RelatedQueryFailure(error) : error
    }
    return undefined
  }

  requestNext(): void {
    const request: NextRequest = { spent: this.#spent }
    this.#spent = this.#last
    this.#port.postMessage(request, request.spent ? [request.spent] : [])
  }

  query(related: RelatedRequest): void {
    this.#send(related)
  }

  answer(): RawChunk {
    const chunk = this.next()
    if (chunk === undefined) throw new ConnectionError('The stream ended while a query on it was running.')
    return chunk
  }

  close(): void {
    if (this.#ended) return
    this.#send('close')
    const deadline = elapsed() + this.#options.closeTimeoutMs
    try {
      for (;;) {
        const answer = this.#receive(deadline)
        if (answer?.type !== 'chunk') break
      }
    } catch {
      // The worker is gone, and its connections with it.
    }
    this.#end()
  }

  drop(): void {
    if (this.#ended) return
    this.#send('close')
    this.#end()
  }

  isOver(): boolean {
    try {
      while (!this.#ended) {
        const answer = this.#received()
        if (answer === undefined) {
          this.#options.checkAlive()
          return false
        }
        if (answer.type !== 'chunk') this.#end()
      }
    } catch {
      this.#end()
    }
    return true
  }

  #send(message: StreamRequestMessage): void {
    this.#port.postMessage(message)
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#options.onEnd()
    this.#port.close()
  }

  #received(): StreamAnswer | undefined {
    // What the worker sends on this port.
    return receiveMessageOnPort(this.#port)?.message as StreamAnswer | undefined
  }

  /** Waits for the worker's next answer; undefined past the deadline. */
  #receive(deadline: number): StreamAnswer | undefined {
    for (;;) {
      // Read before the port is looked at: an answer that comes in between then ends the wait at once.
      const seen = Atomics.load(this.#answers, 0)
      const answer = this.#received()
      if (answer !== undefined) return answer
      if (elapsed() >= deadline) return undefined
      if (Atomics.wait(this.#answers, 0, seen, SLICE_MS) === 'timed-out') this.#options.checkAlive()
    }
  }
}
