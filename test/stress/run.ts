import { setTimeout as sleep } from 'node:timers/promises'
import { Delivered } from './delivered.js'
import { ABORTED, LEFT } from './failures.js'
import type { Plan } from './plan.js'
import type { Tally } from './tally.js'
import type { World } from './world.js'

/** What became of a stream. */
export interface Outcome {
  readonly plan: Plan
  readonly tally: Tally
  readonly aborter: AbortController
  readonly delivered: Delivered
  /** Queries that the stream sent, where they are counted. */
  readonly queries: number | undefined
  readonly error: unknown
  /** The error was thrown by the body, not by the stream. */
  readonly isBodys: boolean
}

/** One stream on its way. */
export class Run implements Outcome {
  readonly aborter = new AbortController()
  readonly delivered: Delivered
  queries = 0
  error: unknown
  isBodys = false
  #isOver = false

  constructor(
    readonly world: World,
    readonly plan: Plan,
  ) {
    this.delivered = new Delivered(plan)
  }

  get tally(): Tally {
    return this.world.tally
  }

  abort(): void {
    this.aborter.abort(ABORTED)
  }

  /** The loop's body: looks at a row or batch, and says whether to leave. */
  async take(item: object, body: (id: number) => Promise<void>): Promise<'leave' | undefined> {
    try {
      const { delivered, plan } = this
      const before = delivered.seen
      delivered.look(item)
      if (plan.consumer === 'slow' && (before * 7 + plan.number) % 40 === 0) await sleep(1)
      if ((before + plan.number) % 60 === 0) await body(before + 1)
      if (this.#isOver || delivered.seen < plan.at) return undefined
      this.#isOver = true
      return await this.#meetsEnd()
    } catch (error) {
      this.isBodys = true
      throw error
    }
  }

  async #meetsEnd(): Promise<'leave' | undefined> {
    const { end } = this.plan
    if (end === 'break' || end === 'return') return 'leave'
    if (end === 'throw') throw LEFT
    if (end === 'abort') this.abort()
    if (end === 'abort during') setImmediate(() => this.abort())
    if (end === 'kill' || end === 'reset') await this.world.cut(end)
    if (end === 'cancel') await this.world.cancel('one')
    return undefined
  }
}
