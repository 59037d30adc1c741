import type { RoundTripResult } from '../pg/round-trip.js'
import type { IterationRequest } from '../request.js'
import { FetchSize } from './fetch-size.js'
import type { Intake } from './intake.js'
import { Pace } from './pace.js'

/** How much is asked for at a time, and how far ahead of the loop: by what rows weigh, and by how far the server is. */
export class ReadAhead {
  readonly #size: FetchSize
  readonly #pace = new Pace()
  readonly #intake: Pick<Intake<unknown>, 'isFull' | 'hasRoomFor'>
  readonly #prefetches: boolean

  constructor(
    { options, maxBytes, prefetches }: IterationRequest,
    intake: Pick<Intake<unknown>, 'isFull' | 'hasRoomFor'>,
  ) {
    this.#size = new FetchSize(options.chunkSize, maxBytes)
    this.#intake = intake
    this.#prefetches = prefetches
  }

  /** Rows of the next fetch, as the protocol has it: 0 for all. */
  get rows(): number {
    return this.#size.rows
  }

  /** The loop asks for more. */
  asked(): void {
    this.#pace.asked()
  }

  /** The loop has got rows. */
  handedOut(): void {
    this.#pace.handedOut()
  }

  /** All rows of a fetch were taken. */
  taken({ rows, bytes, times }: RoundTripResult): void {
    this.#size.brought(rows, bytes)
    this.#pace.taken(times)
  }

  /** One always, if there is room for anything; more where the line would not be full, within what the stream may hold. */
  mayHave(ahead: number): boolean {
    if (this.#intake.isFull) return false
    if (ahead === 0) return true
    // The relations of one chunk are read behind the fetch of the next, which is there by then.
    if (this.#prefetches || ahead >= this.#pace.ahead) return false
    return this.#intake.hasRoomFor((ahead + 1) * this.#size.expectedBytes)
  }
}
