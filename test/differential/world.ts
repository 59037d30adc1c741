import pg from 'pg'
import * as sluice from 'sluice'
import type { RelationSchema, TypeSchema } from '../../src/index.js'
import { createTestDatabase } from '../support/database.js'
import { tableSchema } from '../support/table-schema.js'

/** Types of the columns that are asked for, by their names in SQL; `count` is an int8 that is read as a number. */
export type SqlType =
  | 'bool'
  | 'count'
  | 'date'
  | 'int4'
  | 'int4[]'
  | 'int8'
  | 'jsonb'
  | 'mood'
  | 'numeric'
  | 'text'
  | 'timestamptz'
  | 'uuid'

export interface Table {
  readonly name: string
  /** Nullable columns, without keys. */
  readonly columns: Readonly<Record<string, SqlType>>
  /** Relations to one row: the table it leads to, by which column of ours. */
  readonly one: Readonly<Record<string, { readonly table: string; readonly by: string }>>
  /** Relations to many rows, with what joins `inner` to the row `outer` in SQL. */
  readonly many: Readonly<
    Record<string, { readonly table: string; readonly on: (inner: string, outer: string) => string }>
  >
}

export const tables: Readonly<Record<string, Table>> = {
  firms: {
    name: 'firms',
    columns: { name: 'text', budget: 'numeric' },
    one: {},
    many: { staff: { table: 'people', on: (inner, outer) => `${inner}.firm = ${outer}.id` } },
  },
  people: {
    name: 'people',
    columns: {
      ...{ name: 'text', age: 'int4', big: 'int8', rate: 'numeric', seen: 'timestamptz', born: 'date' },
      ...{ active: 'bool', token: 'uuid', meta: 'jsonb', scores: 'int4[]', mood: 'mood' },
    },
    one: { works: { table: 'firms', by: 'firm' }, chief: { table: 'people', by: 'boss' } },
    many: {
      reports: { table: 'people', on: (inner, outer) => `${inner}.boss = ${outer}.id` },
      notes: { table: 'notes', on: (inner, outer) => `${inner}.person = ${outer}.id` },
    },
  },
  notes: {
    name: 'notes',
    columns: { body: 'text', stars: 'int4', written: 'timestamptz' },
    one: {
      author: { table: 'people', by: 'person' },
      checker: { table: 'people', by: 'reviewer' },
    },
    many: {
      tags: {
        table: 'tags',
        on: (inner, outer) =>
          `exists (select from note_tags l where l.tag = ${inner}.id and l.note = ${outer}.id)`,
      },
    },
  },
  tags: { name: 'tags', columns: { label: 'text' }, one: {}, many: {} },
}

export const keysOf = (table: Table): string[] => Object.values(table.one).map(({ by }) => by)

const mood: TypeSchema = { kind: 'enum', schema: 'public', name: 'mood', labels: ['sad', 'ok', 'glad'] }
const asSchema = (type: SqlType): TypeSchema =>
  type === 'mood' ? mood : type === 'int4[]' ? { kind: 'array', element: 'int4' } : type

function schemaOf(table: Table) {
  const ones = Object.entries(table.one).map(([name, { table: target, by }]): RelationSchema => ({
    ...{
      name,
      kind: 'one',
      nullable: true,
      target: `public.${target}`,
      columns: [by],
      targetColumns: ['id'],
    },
  }))
  const manies = Object.entries(table.many).map(([name, { table: target, on }]): RelationSchema => {
    const through = name === 'tags'
    const by = /^i\.(\w+)/.exec(on('i', 'o'))?.[1] ?? 'id'
    return {
      ...{ name, kind: 'many', nullable: false, target: `public.${target}`, columns: ['id'] },
      targetColumns: [through ? 'id' : by],
      ...(through && {
        through: { table: 'public.note_tags', columns: ['note'], targetColumns: ['tag'] },
      }),
    }
  })
  const schema = tableSchema(
    table.name,
    { id: 'int4', ...Object.fromEntries(keysOf(table).map((key) => [key, 'int4?'])) },
    { primaryKey: ['id'], relations: [...ones, ...manies] },
  )
  const columns = Object.entries(table.columns).map(([name, type]) => ({
    ...{ property: name, name, type: asSchema(type), nullable: true, optional: true },
  }))
  return { ...schema, columns: [...schema.columns, ...columns] }
}

export interface World extends AsyncDisposable {
  /** What the code of a program sees: repositories by their names, and all of sluice. */
  readonly names: Readonly<Record<string, unknown>>
  readonly db: sluice.Database<object>
  /** Runs hand-written SQL; rows as PostgreSQL prints them. */
  byHand(text: string): Promise<(string | null)[][]>
}

/** Opens the tables with rows that are NULL here and there, in every column. */
export async function openWorld(): Promise<World> {
  const database = await createTestDatabase()
  const hand = new pg.Client({ connectionString: database.url, options: '-c TimeZone=UTC -c DateStyle=ISO' })
  await hand.connect()
  await hand.query(`
    create type mood as enum ('sad', 'ok', 'glad');
    create table firms (id int primary key, name text, budget numeric);
    create table people (id int primary key, firm int references firms, boss int references people, name text, age int,
      big int8, rate numeric, seen timestamptz, born date, active bool, token uuid, meta jsonb, scores int[], mood mood);
    create table notes (id int primary key, person int references people, reviewer int references people, body text,
      stars int, written timestamptz);
    create table tags (id int primary key, label text);
    create table note_tags (note int references notes, tag int references tags, primary key (note, tag));
    insert into firms values (1, 'Acme', 10.50), (2, null, -3), (3, 'O''Neil "&" Co', null), (4, '', 0.001);
    insert into people select n, nullif(n % 5, 0), nullif(n / 3, 0),
      (array['Ada', 'ada', '%', null, '', 'it''s', 'a\\b', 'ä_\u{1f600}', '"q"', 'zoë'])[1 + n % 10],
      nullif(n * 7 % 6, 0) * 10 - 20, (array[null, 9223372036854775800, -9000000000000000000, 0, 4611686018427387900, 7])[1 + n % 6],
      nullif(n % 7, 3) * 1.25, case when n % 6 <> 2 then timestamptz '2024-02-28 22:30:00.123456+00' + n / 2 * interval '7 hours 13 minutes 1.000001 s' end,
      case when n % 5 <> 3 then date '1999-12-30' + n * 29 % 60 end, (array[true, false, null])[1 + n % 3],
      case when n % 4 > 0 then ('00000000-0000-4000-8000-00000000000' || n % 8)::uuid end,
      (array['{"a": 1, "b": {"c": "x"}}', '{"a": null}', '[1, "a", null]', 'null', null, '"a"', '3', '{"b": {"c": "Y"}, "a": 2.5}'])[1 + n % 8]::jsonb,
      (array['{}', '{1,2}', '{2,NULL}', null, '{3}', '{2,1}'])[1 + n % 6]::int[], (array['sad', 'ok', null, 'glad'])[1 + n / 2 % 4]::mood
      from generate_series(1, 40) n;
    insert into notes select n, nullif(n % 13, 0), case when n % 3 = 1 then n % 17 + 1 end,
      (array['x', null, 'X%', '', 'y_y'])[1 + n % 5], nullif(n % 6, 5),
      case when n % 4 > 0 then timestamptz '2023-12-31 23:59:59.999999+00' + n * interval '11 hours' end
      from generate_series(1, 60) n;
    insert into tags values (1, 'red'), (2, null), (3, 'Blue'), (4, '');
    insert into note_tags select n, t from generate_series(1, 60) n, generate_series(1, 4) t where (n * t) % 5 in (1, 2)`)
  const all = [
    ...Object.values(tables).map(schemaOf),
    tableSchema('note_tags', { note: 'int4', tag: 'int4' }, { primaryKey: ['note', 'tag'] }),
  ]
  const schemas = new sluice.SchemaRegistry(all)
  const db = sluice.connect<object>({ connectionString: database.url, max: 2 })
  const repositories = all.map((schema) => {
    class Rows extends sluice.Repository<sluice.Model> {
      constructor(kysely: sluice.KyselyHandle) {
        super(kysely, schema, schemas)
      }
    }
    return [schema.name, new Rows(db)] as const
  })
  return {
    db,
    names: { ...sluice, ...Object.fromEntries(repositories) },
    byHand: async (text) => {
      const asText = { getTypeParser: () => (value: string) => value }
      const { rows } = await hand.query<(string | null)[]>({ text, rowMode: 'array', types: asText })
      return rows
    },
    [Symbol.asyncDispose]: async () => {
      await db.close()
      await hand.end()
      await database.drop()
    },
  }
}
