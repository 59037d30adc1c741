import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  Repository,
  SchemaRegistry,
  type KyselyHandle,
  type Model,
  type TableSchema,
  type ToMany,
} from 'sluice'
import type { TypeSchema } from '../../src/schema/type.js'
import { everyValue, everyValueTypes } from './every-value.js'
import { Random } from './random.js'
import { openShop, type Shop } from './shop.js'

const columns = everyValue.map(({ sql, type }, index) => ({
  property: `c${index}`,
  name: `c${index}`,
  sql,
  type,
}))

const values: TableSchema = {
  schema: 'public',
  name: 'things',
  kind: 'table',
  columns: [
    { property: 'id', name: 'id', type: 'int4', nullable: false, optional: false },
    { property: 'run', name: 'run', type: 'text', nullable: false, optional: false },
    ...columns.map(({ property, name, type }) => ({ property, name, type, nullable: true, optional: true })),
  ],
  primaryKey: ['run', 'id'],
  uniqueKeys: [],
  foreignKeys: [],
}

const runs: TableSchema = {
  schema: 'public',
  name: 'runs',
  kind: 'table',
  columns: [{ property: 'name', name: 'name', type: 'text', nullable: false, optional: false }],
  primaryKey: ['name'],
  uniqueKeys: [],
  foreignKeys: [],
  relations: [
    {
      name: 'things',
      kind: 'many',
      nullable: false,
      target: 'public.things',
      columns: ['name'],
      targetColumns: ['run'],
    },
  ],
}

type Row = Record<string, unknown>

interface ThingModel extends Model {
  readonly name: 'things'
  readonly row: Row
  readonly key: string
  readonly filter: Row
  readonly insert: Row
}

interface RunModel extends Model {
  readonly name: 'runs'
  readonly row: { name: string }
  readonly key: 'name'
  readonly filter: { readonly name?: string }
  readonly insert: { readonly name: string }
  readonly relations: { readonly things: ToMany<ThingModel> }
}

const schemas = new SchemaRegistry([values, runs])
class Things extends Repository<ThingModel> {
  constructor(kysely: KyselyHandle) {
    super(kysely, values, schemas)
  }
}
class Runs extends Repository<RunModel> {
  constructor(kysely: KyselyHandle) {
    super(kysely, runs, schemas)
  }
}

/** Rows in which every column goes through the edges of its type and then through random values and NULL. */
function rowsOf(run: string, seed: number): Row[] {
  const random = new Random(seed)
  return Array.from({ length: 28 }, (_, id) => ({
    id,
    run,
    ...Object.fromEntries(
      everyValue.map(({ edges, random: any }, index) => [
        `c${index}`,
        id < edges.length ? edges[id] : random.below(9) === 0 ? null : any(random),
      ]),
    ),
  }))
}

/** The columns that SQL without a schema reads alike: of types that PostgreSQL has by itself, and no other form. */
const builtIn = columns
  .filter(({ type }) => isBuiltIn(typeof type !== 'string' && type.kind === 'array' ? type.element : type))
  .map(({ property }) => property)

function isBuiltIn(type: TypeSchema): boolean {
  return typeof type === 'string'
}

function pick(row: Row, properties: readonly string[]): Row {
  return Object.fromEntries(properties.map((property) => [property, row[property]]))
}

let shop: Shop
let strange: Shop['db']
beforeAll(async () => {
  shop = await openShop(`${everyValueTypes}
    CREATE TABLE runs (name text PRIMARY KEY);
    CREATE TABLE things (id int4, run text REFERENCES runs, ${columns.map(({ name, sql }) => `${name} ${sql}`).join(', ')},
                         PRIMARY KEY (run, id))`)
  const { name } = shop.database
  await shop.run(`
    ALTER DATABASE ${name} SET DateStyle = 'SQL, DMY';
    ALTER DATABASE ${name} SET IntervalStyle = 'postgres_verbose';
    ALTER DATABASE ${name} SET bytea_output = 'escape';
    ALTER DATABASE ${name} SET extra_float_digits = -15;
    ALTER DATABASE ${name} SET TimeZone = 'America/St_Johns'`)
  strange = shop.open()
})
afterAll(() => shop[Symbol.asyncDispose]())

const zone = process.env['TZ']
afterEach(() => {
  if (zone === undefined) delete process.env['TZ']
  else process.env['TZ'] = zone
})

describe('what is written is what is read', () => {
  it.each([
    ['UTC', 'unusual'],
    ['Asia/Kathmandu', 'default'],
    ['America/New_York', 'unusual'],
  ])('with the process in %s, and %s settings on the server', async (timeZone, settings) => {
    process.env['TZ'] = timeZone
    const db = settings === 'default' ? shop.db : strange
    const things = new Things(db)
    const run = `${timeZone} ${settings}`
    await new Runs(db).bulkCreate([{ name: run }, { name: `${run}, in bulk` }])
    const rows = rowsOf(run, timeZone.length * 7 + settings.length)

    for (const row of rows) expect(await things.create(row)).toStrictEqual(row)
    const bulk = rows.map((row) => ({ ...row, run: `${run}, in bulk` }))
    expect(await things.bulkCreate(bulk)).toStrictEqual(bulk)

    for (const row of rows.slice(0, 12)) {
      expect(await things.get({ run, id: row['id'] })).toStrictEqual(row)
    }
    for (const [name, expected] of [
      [run, rows],
      [`${run}, in bulk`, bulk],
    ] as const) {
      const written = things.filter({ run: name }).orderBy('id')
      expect(await written.toArray()).toStrictEqual(expected)
      const streamed: Row[] = []
      for await (const row of written.aiterator({ chunkSize: 7 })) streamed.push(row)
      expect(streamed).toStrictEqual(expected)
      expect([...written.iterator({ chunkSize: 7 })]).toStrictEqual(expected)
      const freeHand = db
        .withTables<{ things: Row }>()
        .selectFrom('things')
        .select(builtIn)
        .where('run', '=', name)
        .orderBy('id')
      let read = 0
      for await (const row of freeHand.stream(7))
        expect(row).toStrictEqual(pick(expected[read++] ?? {}, builtIn))
      expect(read).toBe(expected.length)
      const parents = new Runs(db).filter({ name }).prefetchRelated({ things: things.orderBy('id') })
      expect(await parents.toArray()).toStrictEqual([{ name, things: expected }])
      for await (const parent of parents.aiterator()) expect(parent.things).toStrictEqual(expected)
      expect([...parents.iterator()]).toStrictEqual([{ name, things: expected }])
    }
  })
})
