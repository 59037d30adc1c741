import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CamelCasePlugin, Kysely, PostgresDialect, sql, type Dialect } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Settings } from '../../codegen/config/settings.js'
import { generate } from '../../codegen/generate.js'
import { summary } from '../../codegen/summary.js'
import { SluiceDialect } from '../../src/index.js'
import { baseTypes } from '../../src/types/base-types.js'
import { compileErrors } from '../codegen/compiler.js'
import { root, temporaryFolder } from '../codegen/support.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'
import { LITERALS } from './literals.js'

/** Of types that are read as text by everyone, beside those with literals of their own. */
const TEXTS: Readonly<Record<string, string>> = {
  regproc: 'now',
  tid: '(0,1)',
  xid: '5',
  cid: '5',
  lseg: '[(0,0),(1,1)]',
  macaddr8: '08:00:2b:01:02:03:04:05',
  aclitem: 'pg_monitor=r/pg_monitor',
  refcursor: 'a cursor',
  regprocedure: 'now()',
  regoper: '||/',
  regoperator: '+(integer,integer)',
  regtype: 'integer',
  txid_snapshot: '10:20:10,14,15',
  pg_snapshot: '10:20:10',
  xid8: '5',
  regconfig: 'english',
  regdictionary: 'simple',
  regnamespace: 'public',
  regrole: 'pg_monitor',
  regcollation: '"C"',
}

const OWN: Readonly<Record<string, string>> = {
  mood: 'happy',
  email: 'a@example.com',
  big: '7',
  bigs: '{1,2}',
  feeling: 'so-so',
  size: '(1,2)',
  span: '[1,2)',
  numrange: '[1.5,2)',
  int8multirange: '{[1,3)}',
  regclass: 'pg_class',
}

const TYPES = [...new Set([...Object.keys(LITERALS), ...Object.keys(TEXTS), ...Object.keys(OWN)])].filter(
  (type) => !['product_status', 'email_address', 'dimensions'].includes(type),
)
const nameOf = (type: string) => type.replaceAll('"', '')
const textOf = (type: string) => {
  // What a Date cannot hold is a number or null to pg, of which its own types say nothing either.
  const texts = (LITERALS[type] ?? []).filter((text) => !/infinity|BC|^\d{5}-/.test(text))
  return OWN[type] ?? TEXTS[type] ?? texts[0] ?? ''
}

const SCHEMA = `
  create type mood as enum ('happy', 'so-so');
  create domain email as text;
  create domain big as int8;
  create domain bigs as int8[];
  create domain feeling as mood;
  create type size as (width int, height int);
  create type span as range (subtype = float8);
  create table every_type (id int primary key, ${TYPES.flatMap((type) => [
    `one_${nameOf(type)} ${type} not null`,
    `many_${nameOf(type)} ${type}[] not null`,
  ]).join(', ')});
  insert into every_type values (1, ${TYPES.flatMap((type) => {
    const value = pg.escapeLiteral(textOf(type))
    return [value, `array[${value}::${type}]`]
  }).join(', ')});
  create schema other_place;
  create table other_place.user_notes (note_id int8 primary key, user_id int8);
  create table odd_names (
    id int primary key, first_name text, address_1 text, "address1" text, line_2 text, a__b text, _lead text,
    trailing_ text, "HTMLPage" text, "userID" text, x1_y2 text, "straße_name" text, "日本_語" text, "with space" text,
    "constructor" text, twice_1 text, "twice__1" text
  );
  insert into odd_names values (1);
  create table table_1 (id int primary key)`

let database: TestDatabase
const pools: pg.Pool[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query(SCHEMA)
  await client.end()
})
afterAll(async () => {
  for (const pool of pools) await pool.end()
  await database.drop()
})

/** Generates the types, and says what the compiler finds in a file that uses them. */
async function made(settings: Settings, use: string) {
  using folder = temporaryFolder()
  const out = join(folder.path, 'src/generated')
  mkdirSync(join(folder.path, 'src'))
  writeFileSync(join(folder.path, 'package.json'), '{ "type": "module" }')
  symlinkSync(join(root, 'node_modules'), join(folder.path, 'node_modules'), 'junction')
  writeFileSync(join(folder.path, 'use.ts'), use)
  const result = await generate({ source: { url: database.url }, out, settings })
  const paths = [...readdirSync(out).map((name) => join(out, name)), join(folder.path, 'use.ts')]
  const text = readFileSync(join(out, 'every-type.ts'), 'utf8')
  return {
    ...result,
    text,
    errors: compileErrors(paths, folder.path, { noUnusedLocals: false }).map((line) =>
      line.slice(line.lastIndexOf('/') + 1),
    ),
  }
}

type Row = Readonly<Record<string, unknown>>

function databaseOn(dialectOf: (pool: pg.Pool) => Dialect, isCamelCase = true): Kysely<Record<string, Row>> {
  const pool = new pg.Pool({ connectionString: database.url, max: 1 })
  pools.push(pool)
  return new Kysely({ dialect: dialectOf(pool), ...(isCamelCase && { plugins: [new CamelCasePlugin()] }) })
}
const stock = (pool: pg.Pool) => new PostgresDialect({ pool })
const ours = (pool: pg.Pool) => new SluiceDialect({ pool, values: 'pg' })

/** A value as code that makes one of its kind. */
function code(value: unknown): string {
  if (value instanceof Date) return `new Date(${value.getTime()})`
  if (Buffer.isBuffer(value)) return `Buffer.from(${JSON.stringify([...value])})`
  if (Array.isArray(value)) return `[${value.map(code).join(', ')}]`
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? JSON.stringify(value) : String(value)
  if ('toPostgres' in value) return `interval('1 day')`
  return `{ ${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${code(item)}`)
    .join(', ')} }`
}

const header = `import interval from 'postgres-interval'
  import type { Insertable, Selectable, Updateable } from 'kysely'
  import type { DB } from './src/generated/index.js'
  type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false\n`

test('every type of PostgreSQL is tried', () => {
  // No text makes a gtsvector.
  const missing = baseTypes.filter(
    ({ oids, name }) => oids !== undefined && name !== 'gtsvector' && !TYPES.map(nameOf).includes(name),
  )
  expect(missing.map(({ name }) => name)).toEqual([])
})

test.each([
  ['with CamelCasePlugin', true, 'everyType'],
  ['as in SQL', false, 'every_type'],
] as const)('DB says what both dialects return, whatever the type: %s', async (_, isCamelCase, table) => {
  const [expected] = await databaseOn(stock, isCamelCase).selectFrom(table).selectAll().execute()
  const [row] = await databaseOn(ours, isCamelCase).selectFrom(table).selectAll().execute()
  expect(row).toStrictEqual(expected)
  const rows = `export const row: Selectable<DB['${table}']> = ${code(row)}\n`
  const settings = { kyselyValues: 'pg', kyselyCamelCase: isCamelCase } as const
  expect((await made(settings, header + rows)).errors).toEqual([])
  // The same under types that are not for these values.
  const { errors } = await made({ kyselyCamelCase: isCamelCase }, header + rows)
  expect(errors.some((line) => /not assignable to type 'bigint'/.test(line))).toBe(true)
})

test('what was read is taken back, but for JSON and points', async () => {
  const db = databaseOn(ours)
  const row = await db.selectFrom('everyType').selectAll().executeTakeFirstOrThrow()
  const isTaken = (key: string) => !/json|point|circle|^id$/i.test(key) || /jsonpath/i.test(key)
  const taken = Object.fromEntries(Object.entries(row).filter(([key]) => isTaken(key)))
  const { errors } = await made(
    { kyselyValues: 'pg', kyselyCamelCase: true },
    `${header}export const taken: Updateable<DB['everyType']> = ${code(taken)}
      export const json: Pick<Insertable<DB['everyType']>, 'oneJson' | 'oneJsonb'> = { oneJson: '[1]', oneJsonb: { a: [1] } }
      export const checks: [
        Same<Selectable<DB['everyType']>['oneInt8'], string>, Same<Selectable<DB['everyType']>['manyMood'], string>,
        Same<Selectable<DB['other_place.user_notes' extends keyof DB ? never : 'otherPlace.userNotes']>['userId'], string | null>,
      ] = [true, true, true]`,
  )
  expect(errors).toEqual([])
  await db.updateTable('everyType').set(taken).where('id', '=', 1).execute()
  expect(await db.selectFrom('everyType').selectAll().executeTakeFirstOrThrow()).toStrictEqual(row)
  await db
    .updateTable('everyType')
    .set({ oneJsonb: { aKey: [1] } })
    .where('id', '=', 1)
    .execute()
  const { rows } = await sql<Row>`select one_jsonb from every_type`.execute(db)
  expect(rows).toEqual([{ oneJsonb: { aKey: [1] } }])
})

test('names are those that CamelCasePlugin has, and what it does not reach is told', async () => {
  const result = await made({ kyselyValues: 'pg', kyselyCamelCase: true }, header)
  expect(result.errors).toEqual([])
  const model = result.model.tables.find(({ table }) => table.name === 'odd_names')
  const columns = [...(model?.freeHand?.columns ?? [])]
  const db = databaseOn(stock)
  const all = await db.selectFrom('oddNames').selectAll().executeTakeFirstOrThrow()
  for (const [name, { key, isRead }] of columns) {
    expect([name, key in all]).toEqual([name, true])
    const query = db.selectFrom('oddNames').select(key)
    if (isRead) await expect(query.execute(), name).rejects.toMatchObject({ code: '42703' })
    else expect(await query.execute()).toEqual([{ [key]: all[key] }])
  }
  expect(columns.filter(([, { isRead }]) => isRead).map(([name]) => name)).toEqual([
    'line_2',
    'a__b',
    '_lead',
    'trailing_',
    'HTMLPage',
    'userID',
    // Kysely goes by the length of its upper case, which is another.
    'straße_name',
    '日本_語',
  ])
  expect(result.model.tables.map(({ freeHand }) => freeHand?.key)).toEqual(
    expect.arrayContaining(['everyType', 'oddNames', 'otherPlace.userNotes', undefined]),
  )
  expect(result.model.unreached).toContainEqual({ name: 'public.odd_names.address_1', sent: 'address1' })
  expect(result.model.unreached).toContainEqual({ name: 'public.table_1', sent: 'table1' })
  expect(summary(result, 'out')).toContain(
    'public.odd_names.address_1 cannot be named with CamelCasePlugin, which sends "address1" in its place',
  )
})

test('types of the user go for the values that are the same', async () => {
  const settings: Settings = {
    kyselyValues: 'pg',
    brandedIds: true,
    types: {
      int8: { type: '`int8 ${string}`' },
      text: { type: "'text'" },
      numeric: { type: "'numeric'" },
      'public.email': { type: "'email'" },
    },
    columns: { 'public.every_type.one_jsonb': { type: '{ a: 1 }' }, 'public.every_type.one_date': 'Date' },
  }
  const { errors } = await made(
    settings,
    `${header}type Row = Selectable<DB['every_type']>
      type Id = Selectable<DB['odd_names']>['id']
      export const checks: [
        Same<Row['one_int8'], string>, Same<Row['one_text'], 'text'>, Same<Row['many_text'], 'text'[]>,
        Same<Row['one_numeric'], 'numeric'>, Same<Row['many_numeric'], number[]>, Same<Row['one_email'], 'email'>,
        Same<Row['many_email'], string>, Same<Row['one_jsonb'], { a: 1 }>, Same<Row['one_date'], Date>,
        Same<Updateable<DB['every_type']>['one_email'], 'email' | undefined>, Same<Id extends number ? 1 : 0, 1>,
      ] = [true, true, true, true, true, true, true, true, true, true, true]`,
  )
  expect(errors).toEqual([])
})

test('querysets keep their own types beside it', async () => {
  const { errors } = await made(
    { kyselyValues: 'pg', kyselyCamelCase: true },
    `import { CamelCasePlugin, Kysely } from 'kysely'
      import { SluiceDialect } from 'sluice'
      import { repositories, type DB } from './src/generated/index.js'
      type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
      declare const dialect: SluiceDialect
      const db = new Kysely<DB>({ dialect, plugins: [new CamelCasePlugin()] })
      const { everyType } = repositories(db)
      const query = everyType.filter((eb) => eb('one_int8', '=', 1n)).toKysely().where('one_int8', '>', 1n)
      const rows = await query.execute()
      export const checks: [Same<(typeof rows)[number]['oneInt8'], bigint>] = [true]
      everyType.filter((eb) => eb.exists(eb.selectFrom('odd_names').select('id').where('every_type.one_int8', '=', 1n)))
      // @ts-expect-error free-hand Kysely's name, which is not the one in SQL
      everyType.filter((eb) => eb.exists(eb.selectFrom('oddNames').select('id')))
      export const own = await db.selectFrom('everyType').select('oneInt8').execute()
      export const more: [Same<(typeof own)[number]['oneInt8'], string>] = [true]`,
  )
  expect(errors).toEqual([])
})
