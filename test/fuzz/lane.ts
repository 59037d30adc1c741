import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { isDatabaseError } from '../../src/pg/database-error.js'
import { QueryError, SluiceError } from '../../src/index.js'
import { BrokenPromise, kindOf, promise } from '../stress/failures.js'
import { countUp } from '../stress/tally.js'
import type { World } from '../stress/world.js'
import type { Figures } from './figures.js'
import { isHarmless, type Mischief } from './mischief.js'
import { run, type Conversation } from './operations.js'
import type { Plan } from './plan.js'

/** All limits together, and as much again for a machine that is busy. */
const HANG_MS = 30_000
/** Attempts that a spoilt connection of the pool may take, which is known to be spoilt only when it is used. */
const ATTEMPTS = 6

/** Who does mischief to the bytes of a lane. */
export interface Mischiefmaker {
  arm(mischief: Mischief): Promise<void>
  /** Whether it was done. */
  disarm(): Promise<boolean>
}

/** Holds one conversation after the other on a pool of its own. */
export class Lane {
  constructor(
    readonly world: World,
    readonly maker: Mischiefmaker,
    readonly figures: Figures,
  ) {}

  /** @throws {@link BrokenPromise} which names the plan. */
  async hold(plan: Plan): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const hang = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new BrokenPromise('It hangs.')), HANG_MS)
    })
    const conversation: Conversation = { db: this.world.db, plan, seen: 0, written: [] }
    let failure: unknown
    const met = (error: unknown) => void (failure = error)
    try {
      await Promise.race([this.#through(conversation, met), hang])
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      const how = { seen: conversation.seen, error: String(failure) }
      throw new BrokenPromise(`${message.slice(0, 300)} ${JSON.stringify(plan)} ${JSON.stringify(how)}`, {
        cause: error instanceof Error ? error.cause : undefined,
      })
    } finally {
      clearTimeout(timer)
    }
  }

  async #through(conversation: Conversation, met: (error: unknown) => void): Promise<void> {
    const { plan } = conversation
    const { maker, figures, world } = this
    const start = performance.now()
    if (plan.mischief !== undefined) await maker.arm(plan.mischief)
    let failure: unknown
    world.active++
    try {
      await run[plan.operation](conversation)
    } catch (error) {
      if (error instanceof BrokenPromise) throw error
      failure = error
      met(error)
    } finally {
      world.active--
    }
    const wasDone = plan.mischief !== undefined && (await maker.disarm())
    const mayFail = wasDone && plan.mischief !== undefined && !isHarmless(plan.mischief)
    if (failure !== undefined) {
      promise(mayFail, 'An error for nothing.', failure)
      checkError(conversation, failure)
    }
    await world.untilFree()
    await this.#checkWritten(conversation, failure)
    await this.#answer(plan, mayFail)
    figures.conversations++
    figures.rows += conversation.seen
    countUp(figures.operations, plan.operation)
    countUp(figures.mischief, wasDone && plan.mischief !== undefined ? plan.mischief.kind : 'none')
    if (failure !== undefined) countUp(figures.errors, kindOf(failure))
    figures.longestMs = Math.max(figures.longestMs, performance.now() - start)
  }

  /** What a write that succeeded has written is there; one that failed has written all or nothing. */
  async #checkWritten({ plan, written }: Conversation, failure: unknown): Promise<void> {
    if (written.length === 0) return
    const [counted] = await this.world.watch.query<{ n: number; right: number }>(
      `select count(*)::int as n, count(*) filter (where payload = 'x' || id)::int as right
       from items where id = any($1::int[])`,
      [written],
    )
    const { n = -1, right = -1 } = counted ?? {}
    const isAll = n === written.length && right === n
    const mayBePart = plan.operation === 'update' && n === 1
    if (failure === undefined) promise(isAll, `Of ${written.length} rows ${n} were written, ${right} right.`)
    else promise(isAll || n === 0 || mayBePart, `Of ${written.length} rows ${n} were written.`, failure)
    if (isAll) this.figures.written += n
  }

  /** The next queries on the same pool have their own rows. */
  async #answer({ number }: Plan, mayFail: boolean): Promise<void> {
    const { db } = this.world
    for (let attempt = 1; ; attempt++) {
      this.world.active++
      try {
        const { rows } = await sql<{ n: number }>`select ${number}::int as n`.execute(db)
        promise(
          rows.length === 1 && rows[0]?.n === number,
          `Asked for ${number}, got ${JSON.stringify(rows)}.`,
        )
        return
      } catch (error) {
        if (error instanceof BrokenPromise || !mayFail || attempt === ATTEMPTS) throw error
        promise(isExplained(error), 'The next query has an error that explains nothing.', error)
        this.figures.spoilt++
        await sleep(1)
      } finally {
        this.world.active--
        await this.world.untilFree()
      }
    }
  }
}

function checkError({ plan, seen }: Conversation, error: unknown): void {
  promise(isExplained(error), 'An error that explains nothing.', error)
  const isStream = ['aiterator', 'iterator', 'prefetch'].includes(plan.operation)
  if (!isStream) return
  promise(error instanceof QueryError, 'An error that is not a QueryError.', error)
  promise(error.rowsDelivered === seen, `${error.rowsDelivered} rows delivered instead of ${seen}.`, error)
}

/** It is one of ours, or the server's. */
export function isExplained(error: unknown): boolean {
  return error instanceof SluiceError || isDatabaseError(error)
}
