import { Client } from 'pg'
import { connect, Repository, SchemaRegistry, type Database, type KyselyHandle, type Model } from 'sluice'
import type { TableSchema, TypeSchema } from '../../src/index.js'
import { createTestDatabase } from '../support/database.js'
import { tableSchema } from '../support/table-schema.js'

interface AnyModel extends Model {
  readonly name: string
  readonly row: Readonly<Record<string, unknown>>
  readonly key: 'k'
  readonly filter: Readonly<Record<string, unknown>>
  readonly insert: object
  readonly update: object
  readonly columns: object
}

export class Rows extends Repository<AnyModel> {
  constructor(kysely: KyselyHandle, table: TableSchema) {
    super(kysely, table, new SchemaRegistry([table]))
  }
}

const mood: TypeSchema = { kind: 'enum', schema: 'public', name: 'mood', labels: ['sad', 'ok', 'glad'] }

/** What keys are made of: of `i` from 0, each once. */
export const KEYS: readonly (readonly [
  name: string,
  types: Record<string, TypeSchema>,
  sql: string,
  ddl: string,
])[] = [
  ['int4', { k: 'int4' }, 'i * 7 - 5000', 'k int'],
  ['int8 with all rows near its end', { k: 'int8' }, '9223372036854775807 - i', 'k bigint'],
  [
    'int4, of which most are in a thousandth of the range',
    { k: 'int4' },
    'case when i % 50 = 0 then i * 10000 else i end',
    'k int',
  ],
  ['uuid', { k: 'uuid' }, 'md5(i::text)::uuid', 'k uuid'],
  ['text of a language', { k: 'text' }, `md5((i * 13)::text) || 'é'`, 'k text'],
  ['numeric', { k: 'numeric' }, 'i / 7.0', 'k numeric'],
  [
    'timestamptz with microseconds',
    { k: 'timestamptz' },
    `timestamptz '2024-03-10 12:00Z' + i * interval '3 microseconds'`,
    'k timestamptz',
  ],
  ['date', { k: 'date' }, `date '2000-01-01' + i`, 'k date'],
  ['bytes', { k: 'bytea' }, `decode(md5(i::text), 'hex')`, 'k bytea'],
  ['two fields, of which the first is few', { k: 'int4', l: 'int8' }, 'i % 3, i::int8', 'k int, l int8'],
  [
    'an enum and text',
    { k: mood, l: 'text' },
    `(array['sad', 'ok', 'glad'])[1 + i % 3]::mood, 'x' || i`,
    'k mood, l text',
  ],
]

export interface Keyed extends AsyncDisposable {
  readonly db: Database<object>
  readonly url: string
  readonly sql: (text: string) => Promise<Record<string, unknown>[]>
  /** A table of so many rows of a key. */
  readonly table: (index: number, rows: number) => Promise<Rows>
}

export async function openKeyed(): Promise<Keyed> {
  const database = await createTestDatabase()
  const client = new Client(database.url)
  await client.connect()
  await client.query(`create type mood as enum ('sad', 'ok', 'glad')`)
  const db = connect<object>({ connectionString: database.url })
  let made = 0
  return {
    db,
    url: database.url,
    sql: async (text) => (await client.query<Record<string, unknown>>(text)).rows,
    table: async (index, rows) => {
      const [, types, values, columns] = KEYS[index] ?? ['', { k: 'int4' as const }, 'i', 'k int']
      const name = `keyed_${made++}`
      const key = Object.keys(types)
      await client.query(`create table ${name} (${columns}, v int, filler text, primary key (${key.join()}));
        insert into ${name} select ${values}, i, repeat('x', 60) from generate_series(0, ${rows - 1}) i order by md5(i::text);
        analyze ${name}`)
      return new Rows(db, tableSchema(name, { ...types, v: 'int4' }, { primaryKey: key }))
    },
    [Symbol.asyncDispose]: async () => {
      await db.close()
      await client.end()
      await database.drop()
    },
  }
}
