import type { RoundTripResult } from '../pg/round-trip.js'

/** A fetch whose rows nobody has taken yet, or not all of them. */
export interface Fetch {
  readonly result: Promise<RoundTripResult>
  /** Sent before its rows were asked for. */
  readonly isEarly: boolean
  isAnswered: boolean
}

/** The fetches of a portal that are under way: the one whose rows are being taken, and those behind it. */
export class Fetches {
  readonly #send: (early: boolean) => Promise<RoundTripResult>
  readonly #limit: { mayHave(ahead: number): boolean }
  readonly #waiting: { wake(): void }
  #current: Fetch | undefined
  readonly #ahead: Fetch[] = []

  /**
   * @param limit says whether another may go ahead of the loop behind so many that do.
   * @param waiting is woken when a fetch has its answer, or will have none.
   */
  constructor(
    send: (early: boolean) => Promise<RoundTripResult>,
    limit: { mayHave(ahead: number): boolean },
    waiting: { wake(): void },
  ) {
    this.#send = send
    this.#limit = limit
    this.#waiting = waiting
  }

  /** None is left to take rows of. */
  get isEmpty(): boolean {
    return this.#current === undefined && this.#ahead.length === 0
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
  done(): void {
    this.#current = undefined
  }

  /** Sends the fetches whose rows will be asked for next. */
  sendAhead(): void {
    while (this.#limit.mayHave(this.#ahead.length)) this.#ahead.push(this.#start(true))
  }

  /** What nobody takes any more. */
  giveUp(): Fetch[] {
    const fetches = [...(this.#current ? [this.#current] : []), ...this.#ahead.splice(0)]
    this.#current = undefined
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
