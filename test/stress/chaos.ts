/* eslint-disable no-console -- It is what the soak script says. */
import { setTimeout as sleep } from 'node:timers/promises'
import { ChaosProxy } from '../fuzz/chaos-proxy.js'
import { isExplained } from '../fuzz/lane.js'
import { mischiefOf, networkKinds } from '../fuzz/mischief.js'
import { operations, planOf, type Operation } from '../fuzz/plan.js'
import { run } from '../fuzz/operations.js'
import type { Pgbouncer } from '../faults/bouncer.js'
import { Dice } from './dice.js'
import { BrokenPromise, kindOf, LEFT, promise } from './failures.js'
import { Ledger } from './ledger.js'
import { mostRowsOf } from './sources.js'
import { countUp } from './tally.js'
import { World } from './world.js'
import { MOST_IDS, writes, type Write } from './writes.js'

const LANES = 4
/** Operations after which everything has to be as it was, and every row is looked for. */
const ROUND = 150
/** All limits together, and as much again for a machine that is busy. */
const HANG_MS = 60_000
const SETTLE_MS = 100
const LIMITS = {
  ...{ connectTimeoutMs: 2000, acquireTimeoutMs: 5000, closeTimeoutMs: 500 },
  ...{ queryTimeoutMs: 1500, fetchTimeoutMs: 1500, silenceTimeoutMs: 3000 },
}
/** Of reads, whose rows are looked at one by one. */
const reads = operations.filter(
  (operation) => !['create', 'bulkCreate', 'update', 'transaction'].includes(operation),
)

export interface ChaosOptions {
  readonly url: string
  readonly application: string
  readonly seed: number
  /** Behind the proxy, in front of the database. */
  readonly bouncer?: Pgbouncer
}

/** Reads and writes on a pool of three over a network that does mischief to it without end. */
export class Chaos {
  readonly world: World
  readonly ledger: Ledger
  readonly figures = {
    operations: {} as Record<string, number>,
    mischief: {} as Record<string, number>,
    errors: {} as Record<string, number>,
  }
  readonly #options: ChaosOptions
  readonly #proxy: ChaosProxy
  #isBetween = false

  private constructor(options: ChaosOptions, proxy: ChaosProxy) {
    const { application, seed, url } = options
    this.#options = options
    this.#proxy = proxy
    // Connecting and reads are tried again, and no write may be.
    const settings = { ...LIMITS, ...(seed % 2 === 0 && { retry: { attempts: 2, delayMs: 5 } }) }
    this.world = new World({ url, application, via: proxy.url, settings })
    this.ledger = new Ledger(this.world.watch)
  }

  static async start(options: ChaosOptions): Promise<Chaos> {
    return new Chaos(options, await ChaosProxy.start(options.bouncer?.url ?? options.url))
  }

  get name(): string {
    return this.#options.application
  }

  /** @throws {@link BrokenPromise} for the first promise that is broken. */
  async run(take: (count: number) => number, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const from = take(ROUND)
      const left = Array.from({ length: ROUND }, (_, index) => from + index)
      const lane = async () => {
        for (let number = left.shift(); number !== undefined; number = left.shift())
          await this.#operate(number)
      }
      this.#isBetween = false
      const mischief = this.#makeMischief(from)
      try {
        await Promise.all(Array.from({ length: LANES }, lane))
      } finally {
        this.#isBetween = true
        await mischief
      }
      await this.#answer()
      // Bytes that a server has not read yet, of a client that has gone.
      await sleep(SETTLE_MS)
      await this.world.settle()
      await this.ledger.compare()
    }
  }

  async close(): Promise<void> {
    const { bouncer } = this.#options
    if (bouncer === undefined) return this.world.close()
    await this.world.db.close()
    await withinPatience(bouncer.untilUnused())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]()
    await this.#proxy[Symbol.asyncDispose]()
  }

  /** One after the other, with a little peace in between. */
  async #makeMischief(from: number): Promise<void> {
    const dice = new Dice(this.#options.seed, -from - 1)
    while (!this.#isBetween) {
      const mischief = mischiefOf(dice, dice.pick(...networkKinds))
      this.#proxy.arm(mischief)
      await sleep(20 + dice.below(200))
      if (this.#proxy.disarm()) countUp(this.figures.mischief, mischief.kind)
      if (dice.chance(0.1)) await this.#interfere(dice.chance(0.5) ? 'kill' : 'cancel')
      await sleep(dice.below(100))
    }
  }

  async #interfere(how: 'kill' | 'cancel'): Promise<void> {
    countUp(this.figures.mischief, how)
    await (how === 'kill' ? this.world.cut('kill') : this.world.cancel('one'))
  }

  async #operate(number: number): Promise<void> {
    const dice = new Dice(this.#options.seed, number)
    const read = dice.chance(0.3) ? dice.pick(...reads) : undefined
    const name = read ?? dice.pick(...Object.keys(writes))
    this.world.active++
    try {
      await withinPatience(read === undefined ? this.#write(name, number, dice) : this.#read(read, number))
    } catch (error) {
      const isBroken = error instanceof BrokenPromise || !(error === LEFT || isExplained(error))
      if (isBroken)
        throw new BrokenPromise(`${this.name}, ${name}, number ${number}: ${String(error)}`, { cause: error })
      countUp(this.figures.errors, kindOf(error))
    } finally {
      this.world.active--
    }
    countUp(this.figures.operations, name)
    await this.world.untilFree()
  }

  async #write(name: string, number: number, dice: Dice): Promise<void> {
    const count = name === 'create' ? 1 : 1 + dice.below(MOST_IDS)
    const ids = Array.from({ length: count }, (_, index) => number * MOST_IDS + index)
    const write: Write = { db: this.world.db, number, dice, ids, may: ['absent'] }
    this.ledger.add(write)
    await writes[name]?.(write)
  }

  async #read(operation: Operation, number: number): Promise<void> {
    const planned = planOf(this.#options.seed, number, false)
    const source = operation === 'prefetch' ? 'shelves' : 'numbers'
    const rows = Math.min(planned.rows, mostRowsOf(source))
    const plan = { ...planned, operation, source, rows } as const
    await run[operation]({ db: this.world.db, plan, seen: 0, written: [] })
  }

  /** Until nothing is left of the mischief, the next query may meet it. */
  async #answer(): Promise<void> {
    const end = performance.now() + HANG_MS
    for (;;) {
      try {
        await this.world.db.selectFrom('numbers').select('id').where('id', '=', 1).execute()
        return
      } catch (error) {
        promise(isExplained(error), 'The next query has an error that explains nothing.', error)
        promise(performance.now() < end, 'There is no next query.', error)
        const said = await this.#options.bouncer?.revive()
        if (said !== undefined) {
          countUp(this.figures.mischief, 'PgBouncer has ended by itself')
          console.error(`PgBouncer has ended by itself: ${said}`)
        }
        await sleep(50)
      }
    }
  }
}

async function withinPatience<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const hang = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new BrokenPromise('It hangs.')), HANG_MS)
  })
  try {
    return await Promise.race([work, hang])
  } finally {
    clearTimeout(timer)
  }
}
