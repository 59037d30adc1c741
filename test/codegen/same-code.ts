import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { emit } from '../../codegen/emit/emit.js'
import { introspect } from '../../codegen/introspect/introspect.js'
import { buildModel } from '../../codegen/model/build-model.js'
import { createDatabase, type ScratchDatabase, type Server } from '../../codegen/server/index.js'
import { runSqlText } from '../../codegen/sql-script/index.js'
import { sampleSchemas } from '../support/database.js'
import { testServer } from '../support/test-server.js'
import { root } from './support.js'

/** Generated files by name. */
export type Code = ReadonlyMap<string, string>

/** The schemas that give the same code from anywhere, as scripts; those of others only where they are there. */
export const scripts: readonly (readonly [name: string, script: string])[] = [
  ['schema.sql', readFileSync(join(root, 'schema.sql'), 'utf8')],
  ...readdirSync(join(root, 'test/codegen'))
    .filter((name) => /^hostile.*\.sql$/.test(name))
    .map((name) => [name, readFileSync(join(root, 'test/codegen', name), 'utf8')] as const),
  ...(sampleSchemas === undefined
    ? []
    : (['pagila', 'chinook'] as const).map(
        (name) => [name, readFileSync(join(sampleSchemas ?? '', name, 'schema.sql'), 'utf8')] as const,
      )),
]

export async function codeOf(url: string): Promise<Code> {
  return new Map(emit(buildModel(await introspect(url))).map(({ name, text }) => [name, text]))
}

/** The code that a script gives on a server. */
export async function codeOfScript(server: Pick<Server, 'url'>, script: string): Promise<Code> {
  await using database = await loaded(server, script)
  return await codeOf(database.url)
}

/** A database of its own, which goes with the block or with the test run. */
export async function emptyDatabase(server: Pick<Server, 'url'>): Promise<ScratchDatabase & AsyncDisposable> {
  const database = await createDatabase(server, { name: uniqueName() })
  return { ...database, [Symbol.asyncDispose]: () => database.drop() }
}

/** A database in which a script has run. */
export async function loaded(
  server: Pick<Server, 'url'>,
  script: string,
): Promise<ScratchDatabase & AsyncDisposable> {
  const database = await emptyDatabase(server)
  try {
    await runSqlText(database.url, script, 'script')
    return database
  } catch (error) {
    await database.drop()
    throw error
  }
}

/** For a database or a role: both are known to the whole server. */
export function uniqueName(): string {
  return testServer.prefix + randomBytes(8).toString('hex')
}

export async function connected<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(url)
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}
