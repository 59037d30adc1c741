import { delimiter } from 'node:path'
import { Client, escapeIdentifier } from 'pg'
import { docsPage } from '../../../codegen/docs/page.js'
import { emit } from '../../../codegen/emit/emit.js'
import type { Catalog } from '../../../codegen/introspect/catalog.js'
import { introspect } from '../../../codegen/introspect/introspect.js'
import { buildModel } from '../../../codegen/model/build-model.js'
import { createDatabase, databaseUrl, type Server } from '../../../codegen/server/index.js'
import { readSource } from '../../../codegen/source.js'
import { Random } from '../../queryset/random.js'
import { forms, ofSchema } from './forms.js'
import type { Clients } from './installed.js'
import { fillAtRandom } from './random-database.js'
import type { World } from './world.js'

export interface Trip {
  readonly seed: number
  readonly form: string
  readonly clients: Clients
  /** Where the random database is. */
  readonly server: Server
  /** Where the dump is loaded; without a log file it is taken to be a server that others use. */
  readonly target: Server
  /** Where files may be written. */
  readonly folder: string
}

/** Generated files by name, or why there are none. */
export type Outcome = Readonly<Record<string, string>>

export interface Arrival {
  readonly live: Outcome
  readonly loaded: Outcome
  readonly world: World
}

export const OF_SCHEMA = 'of one schema'

export const formNames = [...Object.keys(forms), OF_SCHEMA]

const READ = { functions: true, checks: true }
const SILENT = { step: () => undefined, notify: () => undefined }

/**
 * Fills a database at random, dumps it, reads it, and loads the dump when database and roles are gone, as they are where
 * dumps are loaded.
 */
export async function roundTrip(trip: Trip): Promise<Arrival> {
  const { seed, form, clients, server, target, folder } = trip
  const database = await createDatabase(server, { name: `random_dump_${String(seed)}` })
  const options = { isOneSchema: form === OF_SCHEMA, rolePrefix: `r${String(seed)} ` }
  const world = await fillAtRandom(database.url, seed, options)
  let live: Outcome
  let files: string[]
  try {
    const write = forms[form] ?? ofSchema(world.schemas[0] ?? '')
    files = write({ url: database.url, clients, folder, random: new Random(seed) })
    live = codeOf(await introspect(database.url, READ))
  } finally {
    await tidyUp(server, database.name, world.roles)
  }
  const { PATH } = process.env
  // What a pg_dump has written, its pg_restore reads.
  process.env['PATH'] = `${clients.folder}${delimiter}${PATH ?? ''}`
  try {
    const { catalog } = await readSource({ files }, { ...READ, report: SILENT, server: target })
    return { live, loaded: codeOf(catalog), world }
  } finally {
    process.env['PATH'] = PATH
  }
}

/** Comments may have names of relations that cannot be. */
function codeOf(catalog: Catalog): Outcome {
  try {
    const model = buildModel(catalog)
    const files = emit(model).map(({ name, text }) => [name, text] as const)
    return { ...Object.fromEntries(files), 'schema.md': docsPage(model) }
  } catch (error) {
    return { error: String(error) }
  }
}

async function tidyUp(server: Server, database: string, roles: readonly string[]): Promise<void> {
  await connected(databaseUrl(server, database), async (client) => {
    await client.query('SET default_transaction_read_only = off')
    const { rows } = await client.query<{ name: string }>(
      `SELECT subname::text AS name FROM pg_subscription JOIN pg_database d ON d.oid = subdbid
       WHERE datname = current_database()`,
    )
    for (const { name } of rows) await client.query(`DROP SUBSCRIPTION ${escapeIdentifier(name)}`)
  })
  await connected(server.url, async (client) => {
    await client.query(`DROP DATABASE ${database} WITH (FORCE)`)
    for (const role of roles) await client.query(`DROP ROLE ${role}`)
  })
}

async function connected(url: string, use: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client(url)
  await client.connect()
  try {
    await use(client)
  } finally {
    await client.end()
  }
}
