import type { RoundTripResult } from '../pg/round-trip.js'

/** A fetch whose rows nobody has taken yet, or not all of them. */
export interface Fetch {
  readonly result: Promise<RoundTripResult>
  /** Sent before its rows were asked for. */
  readonly isEarly: boolean
  isAnswered: boolean
}

/** The fetches of a portal that are under way: the one whose rows are being taken, and the one behind it. */
export class Fetches {
  readonly #send: (early: boolean) => Promise<RoundTripResult>
  readonly #waiting: { wake(): void }
  #current: Fetch | undefined
  #ahead: Fetch | undefined

  /** @param waiting is woken when a fetch has its answer, or will have none. */
  constructor(send: (early: boolean) => Promise<RoundTripResult>, waiting: { wake(): void }) {
    this.#send = send
    this.#waiting = waiting
  }

  /** None is left to take rows of. */
  get isEmpty(): boolean {
    return this.#current === undefined && this.#ahead === undefined
  }

  /** The fetch whose rows come next, sent if need be. */
  current(): Fetch {
    if (this.#current !== undefined) return this.#current
    const fetch = this.#ahead ?? this.#start(false)
    this.#ahead = undefined
    // The consumer waits already: what it will ask for next is sent behind what it waits for. One that is asked for only
    // now has nothing sent behind it: it says how large the next is to be.
    if (fetch.isEarly && !fetch.isAnswered) this.sendAhead()
    return (this.#current = fetch)
  }

  /** All rows of the current one were taken. */
  done(): void {
    this.#current = undefined
  }

  /** Sends the fetch whose rows will be asked for next. */
  sendAhead(): void {
    this.#ahead ??= this.#start(true)
  }

  /** What nobody takes any more. */
  giveUp(): Fetch[] {
    const fetches = [this.#current, this.#ahead].filter((fetch) => fetch !== undefined)
    this.#current = undefined
    this.#ahead = undefined
    return fetches
  }

  #start(isEarly: boolean): Fetch {
    const fetch: Fetch = { result: this.#send(isEarly), isEarly, isAnswered: false }
    const answered = () => {
      fetch.isAnswered = true
      this.#waiting.wake()
    }
    fetch.result.then(answered, answered)
    return fetch
  }
}
