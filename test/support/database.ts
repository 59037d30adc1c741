import { randomBytes } from 'node:crypto'
import { createDatabase } from '../../codegen/server/index.js'
import { templateOf, type SchemaName } from './templates.js'
import { testServer } from './test-server.js'

export { hasServerLog, serverLog, type LoggedStatement, type ServerLog } from './server-log.js'
export { sampleSchemas, type SchemaName } from './templates.js'

/** A database of one test file, dropped by `await using` or by `drop()`. */
export interface TestDatabase extends AsyncDisposable {
  readonly url: string
  readonly name: string
  /** Drops it, ending whatever is still connected to it. */
  drop(): Promise<void>
}

export interface TestDatabaseOptions {
  /** `shop` is the repository's schema.sql, without rows; `pagila` and `chinook` come with theirs. Default: `none`. */
  readonly schema?: SchemaName
}

/** Creates a database of its own for a test. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { schema = 'none' } = options
  const database = await createDatabase(testServer, {
    name: testServer.prefix + randomBytes(8).toString('hex'),
    ...(schema !== 'none' && { template: await templateOf(schema) }),
  })
  return { ...database, [Symbol.asyncDispose]: () => database.drop() }
}
