import { Client } from 'pg'
import { connect, type ConnectOptions, type Database } from 'sluice'
import { repositories, type DB, type Repositories } from '../../generated/index.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'

/** The shop of schema.sql in a database of its own, opened twice: by sluice, and by a plain client beside it. */
export interface Shop extends AsyncDisposable {
  readonly database: TestDatabase
  readonly db: Database<DB>
  readonly repos: Repositories
  /** Runs a script outside of sluice. */
  run(sql: string): Promise<void>
  /** Opens the same database once more. */
  open(options?: ConnectOptions): Database<DB>
}

export async function openShop(script = ''): Promise<Shop> {
  const database = await createTestDatabase({ schema: 'shop' })
  const opened: Database<DB>[] = []
  const open = (options: ConnectOptions = {}): Database<DB> => {
    const db = connect<DB>({ connectionString: database.url, ...options })
    opened.push(db)
    return db
  }
  const run = async (sql: string): Promise<void> => {
    const client = new Client(database.url)
    await client.connect()
    try {
      await client.query(sql)
    } finally {
      await client.end()
    }
  }
  if (script !== '') await run(script)
  const db = open()
  return {
    database,
    db,
    repos: repositories(db),
    run,
    open,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(opened.map((each) => each.close()))
      await database.drop()
    },
  }
}
