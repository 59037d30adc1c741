import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, Repository, type Database, type KyselyHandle, type Model, type TypeSchema } from 'sluice'
import { createTestDatabase, type TestDatabase } from '../support/database.js'

interface AnyModel extends Model {
  readonly row: Record<string, unknown>
  readonly key: string
  readonly filter: Record<string, unknown>
  readonly insert: Record<string, unknown>
  readonly update: Record<string, unknown>
}

const array = (element: TypeSchema): TypeSchema => ({ kind: 'array', element })
const level: TypeSchema = { kind: 'enum', schema: 'public', name: 'level', labels: ['low', 'very high'] }
const pair: TypeSchema = {
  kind: 'composite',
  schema: 'public',
  name: 'pair',
  fields: [
    { property: 'a', name: 'a', type: 'int4' },
    { property: 'b', name: 'b', type: 'text' },
  ],
}
const domain = (name: string, base: TypeSchema): TypeSchema => ({
  kind: 'domain',
  schema: 'public',
  name,
  base,
})
const range: TypeSchema = { kind: 'range', schema: 'pg_catalog', name: 'int4range', subtype: 'int4' }
const multirange: TypeSchema = { kind: 'multirange', schema: 'pg_catalog', name: 'int4multirange', range }

/** A type in SQL, the same as data, and values that are easy to get wrong. */
const columns: readonly (readonly [string, TypeSchema, readonly unknown[]])[] = [
  ['text', 'text', ['', 'NULL', '{a,"b\\c"}', 'é😀\n\t']],
  ['varchar(12)', 'varchar', ['', '0123456789ab']],
  ['bpchar(3)', 'bpchar', ['abc', 'é  ']],
  ['"char"', 'char', ['x', '"']],
  ['citext', 'citext', ['AbC', '']],
  ['int8', 'int8', [9223372036854775807n, -1n]],
  ['numeric', 'numeric', ['NaN', '0.00', '-12345678901234567890.5']],
  ['float8', 'float8', [NaN, -Infinity, -0, 0.1]],
  ['bool', 'bool', [true, false]],
  ['bit(3)', 'bit', ['101', '000']],
  ['bytea', 'bytea', [Buffer.from([0, 255, 92, 34, 44]), Buffer.alloc(0)]],
  ['json', 'json', [{ a: ['"', '\\', null] }, 'text', []]],
  ['jsonb', 'jsonb', [[[1], [2, 3]], { 'k"': "v'" }, false]],
  ['timestamptz', 'timestamptz', [new Date('2024-03-31T01:30:00.123Z')]],
  ['interval', 'interval', ['P1Y2M3DT4H5M6.789S']],
  ['box', 'box', ['(2,2),(1,1)']],
  ['level', level, ['low', 'very high']],
  ['small', domain('small', 'int4'), [1]],
  [
    'pair',
    pair,
    [
      { a: 1, b: 'x,")' },
      { a: null, b: null },
    ],
  ],
  ['a_pair', domain('a_pair', pair), [{ a: 1, b: '' }]],
  [
    'int4range',
    range,
    [
      { lower: 1, upper: 5, bounds: '[)' },
      { lower: null, upper: null, bounds: 'empty' },
    ],
  ],
  ['int4multirange', multirange, [[{ lower: 1, upper: 5, bounds: '[)' }], []]],
  ['text[]', array('text'), [['a', null, 'NULL', '{}'], [], [['a'], ['b']]]],
  ['bytea[]', array('bytea'), [[Buffer.from([1, 2])], []]],
  ['jsonb[]', array('jsonb'), [[{ a: [1] }, [2]]]],
  ['level[]', array(level), [['very high', null]]],
  ['pair[]', array(pair), [[{ a: 1, b: 'x' }, null]]],
  ['small[]', array(domain('small', 'int4')), [[1, null]]],
  ['citext[]', array('citext'), [['A', 'b']]],
  ['box[]', array('box'), [['(2,2),(1,1)', '(4,4),(3,3)']]],
  ['texts', domain('texts', array('text')), [['a', null], []]],
  ['int4range[]', array(range), [[{ lower: 1, upper: null, bounds: '[)' }]]],
]

const name = 'every "type"'

class EveryType extends Repository<AnyModel> {
  constructor(kysely: KyselyHandle) {
    super(kysely, {
      schema: 'public',
      name,
      kind: 'table',
      columns: [
        { property: 'id', name: 'id', type: 'int4', nullable: false, optional: false },
        ...columns.map(([, type], index) => ({
          ...{ property: `c${index}`, name: `C.${index}`, type, nullable: true, optional: true },
        })),
      ],
      primaryKey: ['id'],
      uniqueKeys: [],
      foreignKeys: [],
    })
  }
}

let database: TestDatabase
let db: Database<object>
let rows: EveryType
beforeAll(async () => {
  database = await createTestDatabase()
  const client = new Client(database.url)
  await client.connect()
  await client.query(`
    create extension citext;
    create type level as enum ('low', 'very high'); create type pair as (a int, b text);
    create domain small as int; create domain texts as text[]; create domain a_pair as pair;
    create table "every ""type""" (id int primary key,
      ${columns.map(([type], index) => `"C.${index}" ${type}`).join()})`)
  await client.end()
  db = connect({ connectionString: database.url })
  rows = new EveryType(db)
})
afterAll(async () => {
  await db.close()
  await database.drop()
})

/** Row `n` has the n-th value of every column, and the first row none. */
function sample(n: number): Record<string, unknown> {
  const values = columns.map(([, , each], index) => [
    `c${index}`,
    n === 0 ? null : each[(n - 1) % each.length],
  ])
  return { id: n, ...(Object.fromEntries(values) as object) }
}
const samples = Array.from({ length: 5 }, (_, n) => sample(n))

describe('values of every type', () => {
  it('come back from create as they went in', async () => {
    for (const row of samples) expect(await rows.create(row)).toStrictEqual(row)
    expect(await rows.orderBy('id').toArray()).toStrictEqual(samples)
  })

  it('come back from bulkCreate', async () => {
    await rows.all().delete()
    expect(await rows.bulkCreate(samples)).toStrictEqual(samples)
    expect(await rows.orderBy('id').toArray()).toStrictEqual(samples)
  })

  it('are set by bulkUpdate and by update', async () => {
    const fields = columns.map((_, index) => `c${index}`)
    const turned = samples.map((row, n) => ({ ...samples[samples.length - 1 - n], id: row.id as number }))
    expect(await rows.bulkUpdate(turned, fields)).toBe(samples.length)
    expect(await rows.orderBy('id').toArray()).toStrictEqual(turned)
    for (const row of samples) {
      const { id, ...values } = row
      expect(await rows.filter({ id }).update(values)).toBe(1)
    }
    expect(await rows.orderBy('id').toArray()).toStrictEqual(samples)
  })

  it('are never cut to fit', async () => {
    const field = (type: string) => `c${columns.findIndex(([each]) => each === type)}`
    for (const [type, value] of [
      ['varchar(12)', '0123456789abc'],
      ['bit(3)', '1010'],
    ] as const) {
      await expect(rows.bulkCreate([{ id: 99, [field(type)]: value }])).rejects.toThrow(
        /value too long|does not match/,
      )
      await expect(rows.create({ id: 99, [field(type)]: value })).rejects.toThrow(
        /value too long|does not match/,
      )
    }
  })

  it('go through by the ten thousand, in twenty columns', async () => {
    await rows.all().delete()
    // Arrays, documents, composites, ranges and bytes among them.
    const left = ['varchar(12)', '"char"', 'float8', 'bool', 'bit(3)', 'interval', 'box', 'small', 'a_pair']
    const leftToo = ['bytea[]', 'citext[]', 'box[]', 'texts']
    const given = columns.flatMap(([type], index) =>
      [...left, ...leftToo].includes(type) ? [] : `c${index}`,
    )
    const rest = Object.fromEntries(columns.map((_, index) => [`c${index}`, null]))
    const templates = samples.map((row) => Object.fromEntries(given.map((field) => [field, row[field]])))
    function* many() {
      for (let id = 1; id <= 20_000; id++) {
        const { c0, c22, ...others } = templates[1 + (id % 4)] ?? {}
        yield { ...others, id, c0, c22 }
      }
    }
    expect(given.length).toBeGreaterThanOrEqual(19)
    expect(await rows.bulkCreate(many())).toBe(20_000)
    expect(await rows.get({ id: 17_777 })).toStrictEqual({ ...rest, ...templates[2], id: 17_777 })
    expect(await rows.bulkUpdate(many(), ['c0', 'c22'])).toBe(20_000)
  }, 120_000)
})

describe('rows of nothing but defaults', () => {
  it('are made by create and bulkCreate', async () => {
    const client = new Client(database.url)
    await client.connect()
    await client.query(
      'create table defaults (id int generated always as identity primary key, n int default 7)',
    )
    await client.end()
    class Defaults extends Repository<AnyModel> {
      constructor(kysely: KyselyHandle) {
        super(kysely, {
          ...{
            schema: 'public',
            name: 'defaults',
            kind: 'table',
            primaryKey: ['id'],
            uniqueKeys: [],
            foreignKeys: [],
          },
          columns: [
            {
              property: 'id',
              name: 'id',
              type: 'int4',
              nullable: false,
              optional: true,
              generated: 'identity',
            },
            { property: 'n', name: 'n', type: 'int4', nullable: true, optional: true },
          ],
        })
      }
    }
    const defaults = new Defaults(db)
    expect(await defaults.create({})).toEqual({ id: 1, n: 7 })
    expect(await defaults.bulkCreate([{}, { n: null }, {}])).toMatchObject([{ n: 7 }, { n: null }, { n: 7 }])
    expect(await defaults.bulkCreate([{}, {}].values())).toBe(2)
  })
})
