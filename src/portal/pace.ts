import { elapsed } from '../real-timers.js'
import type { RoundTripTimes } from '../pg/round-trip.js'

/** Fetches that may be on their way behind the one that comes next, whatever is measured. */
export const MOST_AHEAD = 64

/** How much the last fetch says of the next, beside those before it. */
const WEIGHT = 1 / 4

/**
 * How many fetches have to be on their way for the line to be full. It goes by what is measured: how far the server is, how
 * long it takes it and us to bring the rows of one fetch, and how long the loop works on them. Each fetch of which all rows
 * were taken may have one more go ahead: what the first ones say is little.
 */
export class Pace {
  /** The shortest time in which an answer has begun. */
  #distance = Infinity
  /** What a fetch takes when those before it are out of the way. */
  readonly #service = new Mean()
  /** What the loop takes for the rows of one. */
  readonly #work = new Mean()
  #workedFor = 0
  #handedOutAt: number | undefined
  #endedAt = 0
  #taken = 0
  readonly #now: () => number

  /** @param now the time in milliseconds. */
  constructor(now = elapsed) {
    this.#now = now
  }

  /** How many may be on their way behind the one whose rows come next. */
  get ahead(): number {
    const [service, work] = [this.#service.value, this.#work.value]
    const needed = Math.ceil((this.#distance + Math.min(service, work)) / Math.max(service, work))
    // It is no number at first, when there is nothing to divide.
    return needed > 1 ? Math.min(needed, this.#taken, MOST_AHEAD) : 1
  }

  /** The loop asks for more. */
  asked(): void {
    if (this.#handedOutAt !== undefined) this.#workedFor += this.#now() - this.#handedOutAt
    this.#handedOutAt = undefined
  }

  /** The loop has got rows. */
  handedOut(): void {
    this.#handedOutAt = this.#now()
  }

  /** All rows of a fetch were taken. */
  taken({ sent, begun, ended }: RoundTripTimes): void {
    this.#distance = Math.min(this.#distance, begun - sent)
    // The server was at it from when it knew of it and had done with the one before.
    this.#service.add(ended - Math.max(this.#endedAt, sent + this.#distance))
    this.#endedAt = ended
    // There was no loop to wait for before the first.
    if (this.#taken++ > 0) this.#work.add(this.#workedFor)
    this.#workedFor = 0
  }
}

/** A mean in which what came long ago counts ever less. */
class Mean {
  value = 0
  #hasAny = false

  add(value: number): void {
    this.value = this.#hasAny ? this.value + WEIGHT * (value - this.value) : value
    this.#hasAny = true
  }
}
