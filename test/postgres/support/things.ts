import pg, { type Pool } from 'pg'
import {
  Repository,
  SluiceDialect,
  type Conditions,
  type KyselyHandle,
  type Model,
  type SchemaRegistry,
} from '../../../src/index.js'
import { Kysely } from 'kysely'
import type { SluiceDialectConfig } from '../../../src/connection/engine.js'
import { createTestDatabase } from '../../support/database.js'
import { tableSchema } from '../../support/table-schema.js'

export interface Thing {
  id: number
  name: string
  note: string | null
}

interface ThingFilter extends Conditions<ThingFilter> {
  readonly id?: number | { readonly lte?: number }
  readonly name?: string
  readonly note?: string | null
}

interface ThingsModel extends Model {
  readonly name: 'things'
  readonly row: Thing
  readonly key: 'id'
  readonly filter: ThingFilter
  readonly insert: Pick<Thing, 'id' | 'name'> & Partial<Thing>
  readonly update: Partial<Thing>
  readonly columns: Thing
}

const columns = { id: 'int4', name: 'text', note: 'text?' }

const schemaIn = (schema: string) => tableSchema('things', columns, { primaryKey: ['id'], schema })

export class Things extends Repository<ThingsModel> {
  constructor(kysely: KyselyHandle, schemas?: SchemaRegistry) {
    super(kysely, schemaIn('public'), schemas)
  }
}

/** Whichever the search_path leads to. */
export class ThingsOfPath extends Repository<ThingsModel> {
  constructor(kysely: KyselyHandle, schemas?: SchemaRegistry) {
    super(kysely, schemaIn(''), schemas)
  }
}

export const CREATE_THINGS = `
  create table things (id int4 primary key, name varchar(40) not null, note text);
  insert into things select n, 'thing ' || n from generate_series(1, 20) n`

type Options = Partial<SluiceDialectConfig> & { readonly url?: string; readonly max?: number }

/** A database with a table, and how to look at what a connection has prepared. */
export async function thingsDatabase() {
  const database = await createTestDatabase()
  const admin = new pg.Pool({ connectionString: database.url, max: 2 })
  await admin.query(CREATE_THINGS)
  return {
    url: database.url,
    /** By a connection of its own. */
    sql: async (text: string) => (await admin.query<Record<string, unknown>>(text)).rows,
    open({ url = database.url, max = 1, ...options }: Options = {}) {
      const pool = new pg.Pool({ connectionString: url, max })
      const db = new Kysely<object>({ dialect: new SluiceDialect({ pool, ...options }) })
      return { db, pool, things: new Things(db), [Symbol.asyncDispose]: () => db.destroy() }
    },
    async [Symbol.asyncDispose]() {
      await admin.end()
      await database.drop()
    },
  }
}

/** The SQL of ours that the one connection of a pool has prepared. */
export async function preparedOn(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ statement: string }>(
    "select statement from pg_prepared_statements where name like 'sluice%' order by prepare_time",
  )
  return rows.map(({ statement }) => statement)
}

/** Does something as often as it takes for its statement to be prepared, and once more. */
export async function often<T>(task: () => Promise<T>, times = 6): Promise<T[]> {
  const results: T[] = []
  for (let time = 0; time < times; time++) results.push(await task())
  return results
}
