import { Client } from 'pg'
import { createTestDatabase, type TestDatabase } from '../support/database.js'
import { objects } from './tables.js'

/** A database with the tables that streams of all fates read and write. */
export async function stressDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase()
  const client = new Client(database.url)
  await client.connect()
  await client.query(objects)
  await client.end()
  return database
}
