import pg from 'pg'
import { createTestDatabase, type TestDatabase } from '../../support/database.js'
import { FAULT_OBJECTS } from './fault-objects.js'

export * from './fault-tables.js'

/** A database of its own with views that stall and fail in the middle. */
export async function createFaultDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase()
  const client = new pg.Client(database.url)
  await client.connect()
  await client.query(FAULT_OBJECTS)
  await client.end()
  return database
}
