import { Kysely, sql } from 'kysely'
import pg from 'pg'
import { SluiceDialect, SluiceError } from '../../src/index.js'
import { isDatabaseError } from '../../src/pg/database-error.js'
import { Numbers, type FaultTables } from '../postgres/support/fault-tables.js'
import { Dice } from '../stress/dice.js'
import { BrokenPromise, promise } from '../stress/failures.js'
import { countUp } from '../stress/tally.js'
import { FakeSocket, ROWS, type Spoiling } from './fake-socket.js'
import { isHarmless, mischiefOf, type Mischief } from './mischief.js'

// Prepared statements are not doubted: nobody here knows of processes.
const SETTINGS = {
  preparedStatements: 'always',
  queryTimeoutMs: 400,
  fetchTimeoutMs: 400,
  closeTimeoutMs: 100,
  connectTimeoutMs: 3000,
} as const
/** In which connections the next query may meet what is left of the mischief. */
const ATTEMPTS = 4

/** What was done with fake sockets, in figures. */
export interface WireFigures {
  conversations: number
  struck: number
  failed: number
  readonly mischief: Record<string, number>
}

export interface WireFuzz {
  readonly seed: number
  readonly from: number
  readonly to: number
  readonly lanes: number
}

/**
 * Conversations with servers that are in this process, over sockets that are none: each on a pool of one, from which the
 * next has its connection.
 *
 * @throws {@link BrokenPromise} which names the seed and the number.
 */
export async function fuzzWire({ seed, from, to, lanes }: WireFuzz): Promise<WireFigures> {
  const figures: WireFigures = { conversations: 0, struck: 0, failed: 0, mischief: {} }
  let next = from
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      const spoiling: Spoiling = {
        mischief: undefined,
        passed: 0,
        hasStruck: false,
        dice: new Dice(seed, -next),
      }
      const pool = new pg.Pool({ max: 1, stream: () => new FakeSocket(spoiling) })
      const db = new Kysely<FaultTables>({
        dialect: new SluiceDialect({ pool, values: 'sluice', ...SETTINGS }),
      })
      for (let number = next++; number < to; number = next++)
        await hold(db, spoiling, wirePlanOf(seed, number), figures)
      await db.destroy()
      promise(pool.totalCount === 0, 'The pool has connections after destroy().')
    }),
  )
  return figures
}

interface WirePlan {
  readonly number: number
  readonly read: (typeof reads)[number]
  readonly rows: number
  readonly chunkSize: number
  readonly mischief: Mischief | undefined
}

function wirePlanOf(seed: number, number: number): WirePlan {
  const dice = new Dice(seed, number)
  let mischief = mischiefOf(dice)
  // Sockets of this process have no network that could be slow.
  while (['stall', 'drip', 'slice', 'late', 'refuse', 'ignore'].includes(mischief.kind))
    mischief = mischiefOf(dice)
  return {
    number,
    read: dice.pick(...reads),
    rows: dice.below(ROWS),
    chunkSize: dice.pick(1 + dice.below(10), 10, 100),
    mischief: dice.chance(0.1) ? undefined : { ...mischief, at: dice.below(dice.pick(6, 20, 60)) },
  }
}

async function hold(
  db: Kysely<FaultTables>,
  spoiling: Spoiling,
  plan: WirePlan,
  figures: WireFigures,
): Promise<void> {
  const { mischief, read } = plan
  Object.assign(spoiling, { mischief, passed: 0, hasStruck: false })
  const seen = { rows: 0 }
  let failure: unknown
  try {
    await read.run(db, plan, seen).catch((error: unknown) => void (failure = error))
    const { hasStruck } = spoiling
    spoiling.mischief = undefined
    const mayFail = hasStruck && mischief !== undefined && !isHarmless(mischief)
    figures.conversations++
    if (hasStruck) figures.struck++
    if (hasStruck && mischief !== undefined) countUp(figures.mischief, mischief.kind)
    if (failure !== undefined) {
      figures.failed++
      if (failure instanceof BrokenPromise) throw failure
      promise(mayFail, 'An error for nothing.', failure)
      promise(isExplained(failure), 'An error that explains nothing.', failure)
    }
    await answer(db, mayFail)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const how = { read: read.name, seen: seen.rows, error: String(failure) }
    throw new BrokenPromise(`${message.slice(0, 300)} ${JSON.stringify(plan)} ${JSON.stringify(how)}`, {
      cause: error,
    })
  }
}

async function answer(db: Kysely<FaultTables>, mayFail: boolean): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const seen = { rows: 0 }
      take(seen, await new Numbers(db).filter({ id: { lte: 7 } }).toArray())
      promise(seen.rows === 7, `The next query has ${seen.rows} rows of 7.`)
      return
    } catch (error) {
      if (error instanceof BrokenPromise || !mayFail || attempt === ATTEMPTS) throw error
      promise(isExplained(error), 'The next query has an error that explains nothing.', error)
    }
  }
}

function isExplained(error: unknown): boolean {
  return error instanceof SluiceError || isDatabaseError(error)
}

interface Seen {
  rows: number
}

function take(seen: Seen, rows: readonly { readonly id: number; readonly payload: string }[]): void {
  for (const row of rows) {
    const id = ++seen.rows
    promise(row.id === id && row.payload === `x${id}`, `Row ${id} is ${JSON.stringify(row)}.`)
  }
}

interface Read {
  readonly name: string
  readonly run: (db: Kysely<FaultTables>, plan: WirePlan, seen: Seen) => Promise<void>
}

const isAll = ({ rows }: Seen, expected: number) =>
  promise(rows === expected, `It ended without an error after ${rows} rows.`)

const reads: readonly Read[] = [
  {
    name: 'aiterator',
    async run(db, { rows, chunkSize }, seen) {
      for await (const row of new Numbers(db).filter({ id: { lte: rows } }).aiterator({ chunkSize }))
        take(seen, [row])
      isAll(seen, rows)
    },
  },
  {
    name: 'left aiterator',
    async run(db, { rows, chunkSize }, seen) {
      for await (const row of new Numbers(db).filter({ id: { lte: rows } }).aiterator({ chunkSize })) {
        take(seen, [row])
        if (seen.rows > chunkSize) break
      }
      isAll(seen, Math.min(rows, chunkSize + 1))
    },
  },
  {
    name: 'toArray',
    async run(db, { rows }, seen) {
      take(seen, await new Numbers(db).filter({ id: { lte: rows } }).toArray())
      isAll(seen, rows)
    },
  },
  {
    name: 'stream',
    async run(db, { rows, chunkSize }, seen) {
      const query = db.selectFrom('numbers').selectAll().where('id', '<=', rows)
      for await (const row of query.stream(chunkSize)) take(seen, [row])
      isAll(seen, rows)
    },
  },
  {
    name: 'free-hand',
    async run(db, _, seen) {
      take(seen, (await sql<{ id: number; payload: string }>`select * from numbers`.execute(db)).rows)
      isAll(seen, ROWS)
    },
  },
  {
    name: 'transaction',
    async run(db, { rows, chunkSize }, seen) {
      await db.transaction().execute(async (trx) => {
        const numbers = new Numbers(trx).filter({ id: { lte: rows } })
        for await (const row of numbers.aiterator({ chunkSize })) {
          take(seen, [row])
          if (seen.rows % 9 !== 1) continue
          const inner = { rows: 0 }
          take(inner, await new Numbers(trx).filter({ id: { lte: 3 } }).toArray())
          isAll(inner, 3)
        }
      })
      isAll(seen, rows)
    },
  },
]
