import { Client } from 'pg'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { LeftOuts, runSqlText, type RunOptions } from '../../codegen/sql-script/index.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'

/** A database that scripts are loaded into, empty before each test. */
export interface LoadedDatabase {
  readonly url: string
  readonly client: Client
  /** Loads a script as into a server that others use, and says what was left out of it. */
  readonly load: (script: string, options?: RunOptions, name?: string) => Promise<Record<string, number>>
}

/** @param schemas that tests make, besides `public`. */
export function loadedDatabase(...schemas: readonly string[]): LoadedDatabase {
  let database: TestDatabase
  let client: Client
  beforeAll(async () => {
    database = await createTestDatabase()
    client = new Client(database.url)
    await client.connect()
  })
  afterAll(async () => {
    await client.end()
    await database.drop()
  })
  beforeEach(async () => {
    await client.query(
      `DROP SCHEMA IF EXISTS ${['public', ...schemas].join(', ')} CASCADE; CREATE SCHEMA public`,
    )
  })
  return {
    get url() {
      return database.url
    },
    get client() {
      return client
    },
    load: async (script, options = {}, name = 'dump.sql') => {
      const leftOuts = new LeftOuts()
      await runSqlText(database.url, script, name, { leftOuts, ...options })
      return Object.fromEntries(leftOuts.list().map(({ what, count }) => [what, count]))
    },
  }
}
