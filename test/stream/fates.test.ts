import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { sql, type ControlledTransaction } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { QueryError } from 'sluice'
import { seeded } from '../codec/json-documents.js'
import { sqlStateOf } from '../../src/postgres/database-error.js'
import {
  createFaultDatabase,
  Failing,
  GOOD_ROWS,
  Numbers,
  Observer,
  open,
  Stalling,
  type FaultTables,
  type NumberRow,
  type Opened,
} from '../postgres/support/fault-database.js'
import { late, startProxy, type Proxy } from '../postgres/support/proxy.js'
import type { TestDatabase } from '../support/database.js'

/** Streams at once, on a pool of half as many connections. */
const LANES = 6
const MOST_ROWS = 3000
/** More of them, by another seed: FATES=2000 FATES_SEED=7. */
const STREAMS = Number(process.env['FATES'] ?? 80)
const SEED = Number(process.env['FATES_SEED'] ?? 1)

const random = seeded(SEED)
const below = (limit: number) => Math.floor(random() * limit)
const pick = <T>(...choices: T[]) => choices[below(choices.length)] as T

const sources = ['numbers', 'numbers', 'numbers', 'failing', 'stalling'] as const
const forms = ['rows', 'batches', 'stock', 'transaction', 'insert'] as const
const ends = ['end', 'end', 'break', 'throw', 'abort', 'abort later', 'return', 'kill', 'reset'] as const

interface Plan {
  readonly number: number
  readonly source: (typeof sources)[number]
  readonly form: (typeof forms)[number]
  readonly end: (typeof ends)[number]
  /** Rows that there are, and the one at which the loop is left. */
  readonly rows: number
  readonly at: number
  readonly chunkSize: number | undefined
  readonly isSlow: boolean
  readonly hasQueries: boolean
  readonly laterMs: number
}

function plan(number: number): Plan {
  const form = pick(...forms)
  const drawn = pick(...sources)
  // A stock stream has no signal by which a fetch that takes a minute could be left.
  const source = drawn === 'stalling' && form === 'stock' ? 'numbers' : drawn
  const chunkSize = pick(undefined, 1 + below(40), 100, 833, 1250, GOOD_ROWS - 1, GOOD_ROWS, GOOD_ROWS + 1)
  const small = chunkSize !== undefined && chunkSize < 100
  const most = small ? 30 * chunkSize : MOST_ROWS
  const near = Math.max(0, (chunkSize ?? 10) * below(4) + pick(-1, 0, 1))
  return {
    number,
    source: small ? 'numbers' : source,
    form,
    end: pick(...ends),
    rows: small || source === 'numbers' ? below(most) : MOST_ROWS,
    at: Math.max(1, pick(near, below(most))),
    chunkSize,
    isSlow: random() < 0.3,
    hasQueries: random() < 0.6,
    laterMs: below(60),
  }
}

const LEFT = new Error('left')
const ABORTED = new Error('aborted')

let database: TestDatabase
let observer: Observer
let proxy: Proxy
let opened: Opened
beforeAll(async () => {
  database = await createFaultDatabase()
  observer = await Observer.of(database)
  proxy = await startProxy(database.url)
  opened = open(proxy.url, { max: LANES / 2, closeTimeoutMs: 5000 })
  opened.pool.on('acquire', () => leases++)
  opened.pool.on('release', () => leases--)
})
afterAll(async () => {
  await opened[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
  await observer[Symbol.asyncDispose]()
  await database.drop()
})

/** How a stream went. */
interface Outcome {
  seen: number
  error?: unknown
}

let cuts = 0
let resets = 0
let losses = 0
/** Streams that are open, and connections that are out. */
let active = 0
let leases = 0

class Fate {
  readonly plan: Plan
  readonly aborter = new AbortController()
  readonly outcome: Outcome = { seen: 0 }

  constructor(plan: Plan) {
    this.plan = plan
  }

  async run(): Promise<void> {
    const { source, form, end, laterMs } = this.plan
    const later = end === 'abort later' ? setTimeout(() => this.aborter.abort(ABORTED), laterMs) : undefined
    // A fetch that would take a minute is left by a signal where nothing else does it.
    const last = source === 'stalling' ? setTimeout(() => this.aborter.abort(ABORTED), 200) : undefined
    active++
    try {
      if (form === 'transaction') await this.inTransaction()
      else if (form === 'insert') await this.insert()
      else await this.read()
    } catch (error) {
      this.outcome.error = error
    } finally {
      active--
      clearTimeout(later)
      clearTimeout(last)
    }
    // Who gave up waiting for a connection gives it back when it comes.
    await setImmediate()
    expect(leases, 'connections are free').toBeLessThanOrEqual(active)
    this.check()
  }

  private rows(
    kysely: Opened['db'] | ControlledTransaction<FaultTables>,
  ): AsyncIterable<NumberRow | NumberRow[]> {
    const { source, form, rows, chunkSize } = this.plan
    if (form === 'stock') {
      const query = kysely.selectFrom(source).selectAll().where('id', '<=', rows)
      return query.stream(chunkSize ?? 80)
    }
    const repository = new { numbers: Numbers, failing: Failing, stalling: Stalling }[source](kysely)
    const options = { signal: this.aborter.signal, ...(chunkSize !== undefined && { chunkSize }) }
    const some = repository.filter({ id: { lte: rows } })
    return form === 'batches' ? some.aiterator({ ...options, batchYieldSize: 7 }) : some.aiterator(options)
  }

  private async read(): Promise<void> {
    await this.consume(this.rows(opened.db))
  }

  private async consume(
    stream: AsyncIterable<NumberRow | NumberRow[]>,
    body?: (row: NumberRow) => Promise<void>,
  ) {
    const { outcome, plan } = this
    let didEnd = false
    for await (const item of stream) {
      for (const row of Array.isArray(item) ? item : [item]) {
        outcome.seen++
        expect(row).toEqual({ id: outcome.seen, payload: `x${outcome.seen}` })
      }
      if (plan.isSlow && below(50) === 0) await sleep(below(3))
      if (body && below(60) === 0) await body(Array.isArray(item) ? item[0]! : item)
      if (didEnd || outcome.seen < plan.at) continue
      didEnd = true
      if (plan.end === 'break') break
      if (plan.end === 'return') return
      if (plan.end === 'throw') throw LEFT
      if (plan.end === 'abort') this.aborter.abort(ABORTED)
      if (plan.end === 'kill' || plan.end === 'reset') await this.cut()
    }
  }

  /** Of one connection, whose it ever is. */
  private async cut(): Promise<void> {
    cuts++
    if (this.plan.end === 'kill') {
      await observer.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()
        and pid <> pg_backend_pid() and backend_type = 'client backend' order by random() limit 1`)
    } else {
      resets++
      const clients = [...proxy.clients]
      clients[below(clients.length)]?.resetAndDestroy()
    }
  }

  private async inTransaction(): Promise<void> {
    const trx = await opened.db.startTransaction().execute()
    try {
      const body = async ({ id }: NumberRow) => {
        if (!this.plan.hasQueries) return
        const { rows } = await sql<{ id: number }>`select ${id}::int as id`.execute(trx)
        expect(rows).toEqual([{ id }])
        if (this.plan.source !== 'numbers' || below(3) > 0) return
        const inner = await trx.savepoint('inner').execute()
        await expect(sql`select 1 / 0`.execute(inner)).rejects.toThrow()
        await inner.rollbackToSavepoint('inner').execute()
      }
      await this.consume(this.rows(trx), body)
      const { rows } = await sql<{ n: number }>`select 1 as n`.execute(trx)
      expect(rows).toEqual([{ n: 1 }])
      await trx.commit().execute()
    } catch (error) {
      await trx
        .rollback()
        .execute()
        .catch(() => {})
      throw error
    }
  }

  private async insert(): Promise<void> {
    const { number, source, rows, chunkSize } = this.plan
    const first = number * 10_000
    const query = opened.db
      .insertInto('items')
      .columns(['id', 'payload'])
      .expression((eb) =>
        eb
          .selectFrom(source === 'stalling' ? 'numbers' : source)
          .select([sql<number>`id + ${first}::int`.as('id'), 'payload'])
          .where('id', '<=', rows),
      )
      .returning([sql<number>`id - ${first}::int`.as('id'), 'payload'])
    let didSucceed = false
    try {
      await this.consume(query.stream(chunkSize ?? 100))
      didSucceed = true
    } catch (error) {
      didSucceed = error === LEFT
      throw error
    } finally {
      const [{ n }] = (await observer.query(
        `select count(*)::int as n from items where id > ${first} and id <= ${first + 10_000}`,
      )) as [{ n: number }]
      // Whoever is told of no error has written all.
      if (didSucceed) expect(n).toBe(rows)
      else if (cuts === 0) expect(n).toBe(0)
    }
  }

  private check(): void {
    const { source, form, end, rows, at } = this.plan
    const { seen, error } = this.outcome
    const fails = source === 'failing' && rows > GOOD_ROWS
    if (isLoss(error)) {
      losses++
      return
    }
    if (error === undefined) {
      const left = (end === 'break' || end === 'return') && seen >= at
      if (!left) expect(seen, 'all rows').toBe(rows)
      return
    }
    if (error === LEFT) return void expect(end).toBe('throw')
    if (error === ABORTED) return void expect(this.aborter.signal.aborted).toBe(true)
    // In a transaction it may be a query of the body that meets what became of the fetch ahead of it.
    const first = form === 'transaction' && sqlStateOf(error) === '25P02' ? (error as Error).cause : error
    if (this.aborter.signal.aborted && sqlStateOf(first) === '57014') return
    if (!fails) throw new Error('An error that nothing calls for.', { cause: error })
    expect(sqlStateOf(first)).toBe('22012')
    expect(seen).toBeLessThanOrEqual(GOOD_ROWS)
    if (error instanceof QueryError && form === 'rows') expect(error.rowsDelivered).toBe(seen)
  }
}

function isLoss(error: unknown): boolean {
  return (
    error instanceof Error &&
    /terminat|connection to the database was lost|ECONNRESET|EPIPE|Cannot connect/.test(error.message)
  )
}

test(`${STREAMS} streams of all fates, over a network that is late`, async () => {
  proxy.relay = late(() => below(3))
  proxy.relayToServer = late(() => below(3))
  let next = 0
  const lane = async () => {
    while (next < STREAMS) {
      const fate = new Fate(plan(next++))
      let timer: NodeJS.Timeout | undefined
      const hang = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error('It hangs.')), 20_000)
      })
      try {
        await Promise.race([fate.run(), hang])
      } catch (error) {
        throw new Error(`${JSON.stringify(fate.plan)} ${JSON.stringify(fate.outcome)}`, { cause: error })
      } finally {
        clearTimeout(timer)
      }
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  expect(losses).toBeLessThanOrEqual(cuts)
  expect(opened.pool.idleCount).toBe(opened.pool.totalCount)
  // A server whose client was cut off notices when it next sends a row.
  const busy = (await observer.states()).filter((state) => state !== 'idle')
  expect(busy.length).toBeLessThanOrEqual(resets)
  expect(busy).not.toContain('idle in transaction')
}, 600_000)
