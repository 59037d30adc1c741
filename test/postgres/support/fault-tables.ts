import { setTimeout as sleep } from 'node:timers/promises'
import { Kysely, type Logger } from 'kysely'
import pg, { type Pool, type PoolConfig } from 'pg'
import { Repository, SluiceDialect, type KyselyHandle, type Model } from '../../../src/index.js'
import type { SluiceDialectConfig } from '../../../src/connection/engine.js'
import { timeLimitsOf, withoutTimeLimits } from '../../../src/connection/time-limits.js'
import { tableSchema } from '../../support/table-schema.js'

/** What every view here has; the payload of a row is `x` and its number. */
export interface NumberRow {
  id: number
  payload: string
}

export interface NumbersModel extends Model {
  readonly name: string
  readonly row: NumberRow
  readonly key: never
  readonly filter: { readonly id?: number | { readonly lte?: number } }
  readonly columns: NumberRow
}

/** Free-hand Kysely's view of the same. */
export interface FaultTables {
  numbers: NumberRow
  stalling: NumberRow
  failing: NumberRow
  items: NumberRow
  deferred: NumberRow
}

/** 10,000 rows. */
export const ROWS = 10_000
/** Rows that `stalling` and `failing` give before the one that takes a minute, or fails. */
export const GOOD_ROWS = 2_500

const schemaOf = (name: string) => tableSchema(name, { id: 'int4', payload: 'text' }, { kind: 'view' })

/** Repository classes as the generator writes them. */
export class Numbers extends Repository<NumbersModel> {
  constructor(kysely: KyselyHandle) {
    super(kysely, schemaOf('numbers'))
  }
}
export class Stalling extends Repository<NumbersModel> {
  constructor(kysely: KyselyHandle) {
    super(kysely, schemaOf('stalling'))
  }
}
export class Failing extends Repository<NumbersModel> {
  constructor(kysely: KyselyHandle) {
    super(kysely, schemaOf('failing'))
  }
}
export class Items extends Repository<NumbersModel> {
  constructor(kysely: KyselyHandle) {
    super(kysely, schemaOf('items'))
  }
}

/** A Kysely instance on our dialect whose pool can be looked at. */
export interface Opened extends AsyncDisposable {
  readonly db: Kysely<FaultTables>
  readonly pool: Pool
}

export interface OpenOptions extends Omit<PoolConfig, 'log'>, Omit<SluiceDialectConfig, 'pool'> {
  readonly log?: Logger
}

/** Opens a pool of one connection unless told otherwise. */
export function open(connectionString: string, options: OpenOptions = {}): Opened {
  const { log, onCreateConnection, onReserveConnection, retry, ...others } = options
  const pool = new pg.Pool({ connectionString, max: 1, ...withoutTimeLimits(others) })
  const dialect = new SluiceDialect({
    pool,
    values: 'sluice',
    ...timeLimitsOf(others),
    ...(retry !== undefined && { retry }),
    ...(onCreateConnection && { onCreateConnection }),
    ...(onReserveConnection && { onReserveConnection }),
  })
  const db = new Kysely<FaultTables>({ dialect, ...(log && { log }) })
  return { db, pool, [Symbol.asyncDispose]: () => db.destroy() }
}

/** Looks at, and interferes with, the other sessions of a database, or those of one application in it. */
export class Observer implements AsyncDisposable {
  readonly #client: pg.Client
  readonly #others: string

  private constructor(client: pg.Client, applicationName: string | undefined) {
    this.#client = client
    this.#others = `datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`
    if (applicationName !== undefined)
      this.#others += ` and application_name = ${client.escapeLiteral(applicationName)}`
  }

  static async of({ url }: { readonly url: string }, applicationName?: string): Promise<Observer> {
    const client = new pg.Client(url)
    // Its server may be stopped, or it may itself be ended by mistake: the next query says so.
    client.on('error', () => {})
    await client.connect()
    return new Observer(client, applicationName)
  }

  /** State of each other client session, such as `idle` and `idle in transaction`. */
  async states(): Promise<string[]> {
    const { rows } = await this.#client.query<{ state: string }>(
      `select state from pg_stat_activity where ${this.#others} order by state`,
    )
    return rows.map(({ state }) => state)
  }

  /** Waits until the sessions are in these states; the test's own timeout is the bound. */
  async untilStates(...wanted: string[]): Promise<void> {
    while ((await this.states()).join() !== wanted.join()) await sleep(5)
  }

  /** Waits until as many sessions are asleep in pg_sleep; default: any number but none. */
  async untilAsleep(wanted?: number): Promise<void> {
    const sql = `select from pg_stat_activity where ${this.#others} and wait_event = 'PgSleep'`
    for (;;) {
      const { rowCount } = await this.#client.query(sql)
      if (wanted === undefined ? rowCount !== 0 : rowCount === wanted) return
      await sleep(5)
    }
  }

  async terminateAll(): Promise<void> {
    await this.#signal('pg_terminate_backend')
  }

  async cancelAll(): Promise<void> {
    await this.#signal('pg_cancel_backend')
  }

  async query(sql: string): Promise<unknown[]> {
    return (await this.#client.query<object>(sql)).rows
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end()
  }

  async #signal(name: string): Promise<void> {
    await this.#client.query(`select ${name}(pid) from pg_stat_activity where ${this.#others}`)
  }
}

/** The error that a promise is rejected with; fails when it is not. */
export async function failureOf(promise: Promise<unknown>): Promise<Error & { sqlState?: string }> {
  let value: unknown
  try {
    value = await promise
  } catch (error) {
    if (error instanceof Error) return error
    throw new Error('Rejected with something that is not an error.', { cause: error })
  }
  throw new Error(`Expected a rejection, got ${JSON.stringify(value)}.`)
}

/** Reads a stream to its end, counting as it goes. */
export async function drain(
  rows: AsyncIterable<NumberRow>,
  seen: (row: NumberRow, count: number) => unknown = () => undefined,
): Promise<number> {
  let count = 0
  for await (const row of rows) {
    if (row.id !== ++count) throw new Error(`Row ${count} is the one of id ${row.id}.`)
    await seen(row, count)
  }
  return count
}

/** How many rows or batches there are. */
export async function countOf(rows: AsyncIterable<unknown>): Promise<number> {
  let count = 0
  for await (const row of rows) if (row !== undefined) count++
  return count
}
