import { setTimeout as sleep } from 'node:timers/promises'
import { Kysely, type Logger } from 'kysely'
import pg, { type Pool, type PoolConfig } from 'pg'
import { Repository, SluiceDialect, type KyselyHandle, type Model, type TableSchema } from 'sluice'
import type { SluiceDialectConfig } from '../../../src/postgres/engine.js'
import { createTestDatabase, type TestDatabase } from '../../support/database.js'

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

const objects = `
  create view numbers as select i as id, 'x' || i as payload from generate_series(1, ${ROWS}) i;
  create view stalling as
    select i as id, case when i > ${GOOD_ROWS} then 'x' || pg_sleep(60)::text else 'x' || i end as payload
    from generate_series(1, ${ROWS}) i;
  create view failing as
    select i as id, 'x' || (i + 0 / (${GOOD_ROWS + 1} - i)) as payload from generate_series(1, ${ROWS}) i;
  create table items (id int primary key, payload text not null);
  create table deferred (id int unique deferrable initially deferred, payload text not null);
`

/** A database of its own with views that stall and fail in the middle. */
export async function createFaultDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase()
  const client = new pg.Client(database.url)
  await client.connect()
  await client.query(objects)
  await client.end()
  return database
}

function schemaOf(name: string): TableSchema {
  return {
    schema: 'public',
    name,
    kind: 'view',
    columns: [
      { property: 'id', name: 'id', type: 'int4', nullable: false, optional: false },
      { property: 'payload', name: 'payload', type: 'text', nullable: false, optional: false },
    ],
    primaryKey: [],
    uniqueKeys: [],
    foreignKeys: [],
  }
}

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
  const { log, onCreateConnection, onReserveConnection, ...others } = options
  const { acquireTimeoutMs, closeTimeoutMs, workerIdleTimeoutMs, ...settings } = others
  const pool = new pg.Pool({ connectionString, max: 1, ...settings })
  const dialect = new SluiceDialect({
    pool,
    ...(acquireTimeoutMs !== undefined && { acquireTimeoutMs }),
    ...(closeTimeoutMs !== undefined && { closeTimeoutMs }),
    ...(workerIdleTimeoutMs !== undefined && { workerIdleTimeoutMs }),
    ...(onCreateConnection && { onCreateConnection }),
    ...(onReserveConnection && { onReserveConnection }),
  })
  const db = new Kysely<FaultTables>({ dialect, ...(log && { log }) })
  return { db, pool, [Symbol.asyncDispose]: () => db.destroy() }
}

/** Looks at, and interferes with, the other sessions of a database. */
export class Observer implements AsyncDisposable {
  readonly #client: pg.Client

  private constructor(client: pg.Client) {
    this.#client = client
  }

  static async of(database: TestDatabase): Promise<Observer> {
    const client = new pg.Client(database.url)
    await client.connect()
    return new Observer(client)
  }

  /** State of each other client session, such as `idle` and `idle in transaction`. */
  async states(): Promise<string[]> {
    const { rows } = await this.#client.query<{ state: string }>(
      `select state from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
       and backend_type = 'client backend' order by state`,
    )
    return rows.map(({ state }) => state)
  }

  /** Waits until the sessions are in these states; the test's own timeout is the bound. */
  async untilStates(...wanted: string[]): Promise<void> {
    while ((await this.states()).join() !== wanted.join()) await sleep(5)
  }

  /** Waits until a session is asleep in pg_sleep. */
  async untilAsleep(): Promise<void> {
    const asleep = `select from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`
    while ((await this.#client.query(asleep)).rowCount === 0) await sleep(5)
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
    await this.#client.query(
      `select ${name}(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
       and backend_type = 'client backend'`,
    )
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
