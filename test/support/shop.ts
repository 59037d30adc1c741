import pg from 'pg'
import { connect, type ConnectOptions, type Database } from 'sluice'
import { repositories, type DB, type Repositories } from '../../generated/index.js'
import { createTestDatabase, type TestDatabase } from './database.js'

/** The shop of schema.sql in a database of its own, with `users` users, and a connection beside the pool to look on. */
export interface Shop extends Repositories, AsyncDisposable {
  readonly db: Database<DB>
  readonly database: TestDatabase
  /** Runs SQL on a connection of its own and returns the rows. */
  sql<R extends object = Record<string, unknown>>(text: string, values?: unknown[]): Promise<R[]>
  /** Our other sessions in the database: their states, such as `idle in transaction`. */
  states(): Promise<string[]>
}

export interface ShopOptions {
  readonly users?: number
  readonly connect?: ConnectOptions
}

export async function openShop({ users = 0, connect: options = {} }: ShopOptions = {}): Promise<Shop> {
  const database = await createTestDatabase({ schema: 'shop' })
  const observer = new pg.Client({ connectionString: database.url, application_name: 'observer' })
  observer.on('error', () => {})
  await observer.connect()
  const sql = async <R extends object>(text: string, values?: unknown[]) =>
    (await observer.query<R>(text, values)).rows
  if (users > 0) {
    await sql(
      `insert into users (email, name, is_active, birth_date, tags)
       select 'user' || n || '@example.com', 'User ' || n, n % 10 <> 0,
              case when n % 3 = 0 then date '1970-01-01' + n end, array['t' || n % 7, 'all']
       from generate_series(1, $1) as n`,
      [users],
    )
  }
  const db = connect<DB>({ connectionString: database.url, ...options })
  return {
    ...repositories(db),
    db,
    database,
    sql,
    states: async () => {
      const rows = await sql<{ state: string }>(
        `select state from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
      )
      return rows.map(({ state }) => state)
    },
    [Symbol.asyncDispose]: async () => {
      await db.close()
      await observer.end()
      await database.drop()
    },
  }
}
