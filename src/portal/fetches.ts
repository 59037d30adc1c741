import type { RoundTripResult } from '../pg/round-trip.js'
import type { IterationRequest } from '../request.js'
import { FetchSize } from './fetch-size.js'
import { Pace } from './pace.js'

/** A fetch whose rows nobody has taken yet, or not all of them. */
export interface Fetch {
  readonly result: Promise<RoundTripResult>
  /** Sent before its rows were asked for. */
  readonly isEarly: boolean
  isAnswered: boolean
}

/** What the fetches are held to: what is here, and whether there is room for more. */
export interface FetchRoom {
  /** There is no room for anything. */
  readonly isFull: boolean
  hasRoomFor(bytes: number): boolean
  /** A fetch has its answer, or will have none. */
  wake(): void
}

/** The fetches of a portal that are under way: the one whose rows are being taken, and those behind it. */
export class Fetches {
  readonly #send: (early: boolean) => Promise<RoundTripResult>
  readonly #room: FetchRoom
  readonly #size: FetchSize
  readonly #pace = new Pace()
  /**
   * Where relations are read behind the fetch of the next chunk, that is there by then; and what a statement does besides
   * bringing rows is not to run far ahead of a loop that may be left.
   */
  readonly #isOneAhead: boolean
  #current: Fetch | undefined
  readonly #ahead: Fetch[] = []

  constructor(
    { options, maxBytes, prefetches }: IterationRequest,
    room: FetchRoom,
    send: (early: boolean) => Promise<RoundTripResult>,
  ) {
    this.#send = send
    this.#room = room
    this.#size = new FetchSize(options.chunkSize, maxBytes)
    this.#isOneAhead = prefetches || options.readOnly === false
  }

  /** Rows of the next fetch, as the protocol has it: 0 for all. */
  get rows(): number {
    return this.#size.rows
  }

  /** None is left to take rows of. */
  get isEmpty(): boolean {
    return this.#current === undefined && this.#ahead.length === 0
  }

  /** The loop asks for more. */
  asked(): void {
    this.#pace.asked()
  }

  /** The loop has got rows. */
  handedOut(): void {
    this.#pace.handedOut()
  }

  /** The fetch whose rows come next, sent if need be. */
  current(): Fetch {
    if (this.#current !== undefined) return this.#current
    const fetch = this.#ahead.shift() ?? this.#start(false)
    // The consumer waits already: what it will ask for next is sent behind what it waits for. One that is asked for only
    // now has nothing sent behind it: it says how large the next is to be.
    if (fetch.isEarly && !fetch.isAnswered) this.sendAhead()
    return (this.#current = fetch)
  }

  /** All rows of the current one were taken. */
  done({ rows, bytes, times }: RoundTripResult): void {
    this.#current = undefined
    this.#size.brought(rows, bytes)
    this.#pace.taken(times)
  }

  /** Sends the fetches whose rows will be asked for next. */
  sendAhead(): void {
    while (this.#mayGoAhead()) this.#ahead.push(this.#start(true))
  }

  /** What nobody takes any more. */
  giveUp(): Fetch[] {
    const fetches = [...(this.#current ? [this.#current] : []), ...this.#ahead.splice(0)]
    this.#current = undefined
    return fetches
  }

  /** One always, if there is room for anything; more where the line would not be full, within what the stream may hold. */
  #mayGoAhead(): boolean {
    const { length } = this.#ahead
    if (this.#room.isFull) return false
    if (length === 0) return true
    if (this.#isOneAhead || length >= this.#pace.ahead) return false
    return this.#room.hasRoomFor((length + 1) * this.#size.expectedBytes)
  }

  #start(isEarly: boolean): Fetch {
    const fetch: Fetch = { result: this.#send(isEarly), isEarly, isAnswered: false }
    const answered = () => {
      fetch.isAnswered = true
      this.#room.wake()
    }
    fetch.result.then(answered, answered)
    return fetch
  }
}
