import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Client, escapeIdentifier } from 'pg'
import { createDatabase } from '../../codegen/server/index.js'
import { runSqlFile } from '../../codegen/sql-script/index.js'
import { testServer } from './test-server.js'

export type SchemaName = 'shop' | 'pagila' | 'chinook' | 'none'

/**
 * The folder with the Pagila and Chinook databases, which are not part of the repository: SLUICE_SAMPLE_SCHEMAS, or
 * `shared/schemas` beside the repository. `undefined` without it: for `describe.skipIf(!sampleSchemas)`.
 */
export const sampleSchemas: string | undefined = findSampleSchemas()

function findSampleSchemas(): string | undefined {
  const beside = fileURLToPath(new URL('../../../shared/schemas', import.meta.url))
  const folder = process.env['SLUICE_SAMPLE_SCHEMAS'] || beside
  return existsSync(folder) ? folder : undefined
}

function scripts(schema: Exclude<SchemaName, 'none'>): string[] {
  if (schema === 'shop') return [fileURLToPath(new URL('../../schema.sql', import.meta.url))]
  if (sampleSchemas === undefined) throw new Error(`The schema "${schema}" needs SLUICE_SAMPLE_SCHEMAS.`)
  return schema === 'chinook'
    ? [`${sampleSchemas}/chinook/schema-with-data.sql`]
    : [`${sampleSchemas}/pagila/schema.sql`, `${sampleSchemas}/pagila/pagila-data.sql`]
}

/** Guards the building of templates against the other test files, which run at the same time. */
const lockKey = 7_105_833

/** The name of a template database, built by whichever test file needs it first. */
export async function templateOf(schema: Exclude<SchemaName, 'none'>): Promise<string> {
  const name = `${testServer.prefix}template_${schema}`
  const client = new Client(testServer.url)
  await client.connect()
  try {
    if (await exists(client, name)) return name
    await client.query('SELECT pg_advisory_lock($1)', [lockKey])
    if (await exists(client, name)) return name
    const building = await createDatabase(testServer, { name: `${name}_building` })
    try {
      for (const script of scripts(schema)) await runSqlFile(building.url, script)
      await client.query(`ALTER DATABASE ${escapeIdentifier(building.name)} ALLOW_CONNECTIONS false`)
      await client.query(
        `ALTER DATABASE ${escapeIdentifier(building.name)} RENAME TO ${escapeIdentifier(name)}`,
      )
    } catch (error) {
      await building.drop()
      throw error
    }
    return name
  } finally {
    await client.end()
  }
}

async function exists(client: Client, name: string): Promise<boolean> {
  const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name])
  return rowCount === 1
}
