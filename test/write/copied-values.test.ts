import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Repository, type KyselyHandle, type Model, type TableSchema } from 'sluice'
import { everyValue, everyValueTypes } from '../queryset/every-value.js'
import { Random } from '../queryset/random.js'
import { openShop, type Shop } from '../queryset/shop.js'
import { listen } from '../trace/heard.js'

type Row = Record<string, unknown>

interface AnyModel extends Model {
  readonly row: Row
  readonly key: string
  readonly filter: Row
  readonly insert: Row
}

/** Numbers whose text is near the middle between two float4s, and others that only the server can judge. */
const furtherFloats = [
  16777217,
  0.1,
  1.401298464324817e-45,
  1.1754943508222875e-38,
  3.4028234663852886e38,
  1 / 3,
]

/** Values beside those that are read back as they were: what is written in several ways, or read otherwise. */
const further: Readonly<Record<string, readonly unknown[]>> = {
  int8: [5, -(2 ** 53) + 1, 2 ** 32, -1],
  numeric: [1e21, 1.5, -0, 12n, 5e-7, '+1.50', '.5', '5.', '1e5', '000123.4500', '-0.00', '10000', '0.00010'],
  float4: furtherFloats,
  float8: furtherFloats,
  text: ['x'.repeat(23), 'x'.repeat(24), 'x'.repeat(25), `${'x'.repeat(24)}é`, 'é'.repeat(70_000)],
  uuid: ['0B5F0E3A-1C7D-4E52-9F6B-3D2A8C4E7F10'],
  date: ['2000-02-29', '1900-03-01', 'January 8, 1999', '0001-01-01', '99999-12-31', '2024-1-5'],
  time: ['24:00:00', '04:05', '04:05:06.7', '04:05:06.1234567', '23:59:60'],
  timestamp: [
    '2024-01-02T03:04:05',
    '2024-01-02 03:04:05.6',
    '2300-01-01 00:00:00.000001',
    '2024-01-02',
    'epoch',
  ],
  timestamptz: [
    ...['2024-01-02 03:04:05.123456+05:30', '2024-01-02T03:04:05Z', '2024-01-02 03:04:05-0330', 'epoch'],
    ...[
      new Date('2290-05-05T01:02:03.004Z'),
      new Date('0044-03-15T00:00:00Z'),
      new Date('1969-12-31T23:59:59.999Z'),
    ],
    ...['2024-01-02 03:04:05.5 Europe/Berlin', '2024-07-02 03:04:05 UTC', '0044-03-15 00:00:00+00 BC'],
  ],
  json: [{ at: new Date(0) }, { toJSON: () => ({ a: 1 }) }, Object.create(null), 'x', [[], {}]],
}

const cases = everyValue.map(({ sql, type, edges, random }, index) => ({
  property: `c${index}`,
  sql,
  type,
  values: [
    ...edges,
    ...(further[typeof type === 'string' ? type : ''] ?? []),
    ...Array.from({ length: 12 }, (_, seed) => random(new Random(1000 * index + seed))),
  ],
}))

function tableNamed(name: string): TableSchema {
  return {
    ...{ schema: 'public', name, kind: 'table', primaryKey: ['id'], uniqueKeys: [], foreignKeys: [] },
    columns: [
      { property: 'id', name: 'id', type: 'int4', nullable: false, optional: false },
      ...cases.map(({ property, type }) => ({
        property,
        name: property,
        type,
        nullable: true,
        optional: true,
      })),
    ],
  }
}

class Copied extends Repository<AnyModel> {
  constructor(kysely: KyselyHandle) {
    super(kysely, tableNamed('copied'))
  }
}
class Unnested extends Repository<AnyModel> {
  constructor(kysely: KyselyHandle) {
    super(kysely, tableNamed('unnested'))
  }
}
class Created extends Repository<AnyModel> {
  constructor(kysely: KyselyHandle) {
    super(kysely, tableNamed('created'))
  }
}

/** No batch of fewer is copied. */
const BATCH = 100

let shop: Shop
beforeAll(async () => {
  const columns = cases.map(({ property, sql }) => `${property} ${sql}`).join(', ')
  shop = await openShop(
    everyValueTypes +
      ['copied', 'unnested', 'created']
        .map((name) => `create table ${name} (id int4 primary key, ${columns});`)
        .join(''),
  )
})
afterAll(() => shop[Symbol.asyncDispose]())

describe('values that are copied', () => {
  it('are those that are inserted, and those of a single row', async () => {
    // A value that has no binary form has the rest of its batch inserted: in each there is one of a column.
    const rounds = Array.from(
      { length: 1 + Math.max(...cases.map(({ values }) => values.length)) },
      (_, round) =>
        Array.from({ length: BATCH }, (__, index) => {
          const { property, values = [] } = cases[index] ?? {}
          return property !== undefined && round > 0 && round <= values.length
            ? { [property]: values[round - 1] }
            : {}
        }),
    )
    const numbered = rounds.flat().map((row, id) => ({ id, ...row }))
    using heard = listen()
    expect(await new Copied(shop.db).bulkCreate(numbered.values(), { batchSize: BATCH })).toBe(
      numbered.length,
    )
    const copies = heard.traces.filter(({ operation }) => operation === 'COPY').map(({ sql }) => sql)
    await new Unnested(shop.db).bulkCreate(numbered)
    const given = numbered.filter((row) => Object.keys(row).length > 1)
    for (const row of given) await new Created(shop.db).create(row)

    for (const other of ['unnested', 'created']) {
      const { rows: different } = await shop.db.connection().execute((db) =>
        db.executeQuery<{ id: number }>({
          ...{
            sql: `select c.id from copied c join ${other} o using (id) where c::text <> o::text`,
            parameters: [],
          },
          ...{ query: { kind: 'RawNode' } as never, queryId: { queryId: '1' } },
        }),
      )
      expect(different.map(({ id }) => numbered[id])).toEqual([])
    }
    expect(await new Created(shop.db).count()).toBe(given.length)
    const binary = cases.filter(({ property }) => copies.some((sql) => sql.includes(`"${property}"`)))
    expect(binary.map(({ sql }) => sql)).toMatchInlineSnapshot(`
      [
        "int2",
        "int4",
        "int8",
        "oid",
        "float4",
        "float8",
        "numeric",
        "bool",
        "text",
        "varchar(300)",
        "char(3)",
        "bytea",
        "date",
        "time",
        "timestamp",
        "timestamptz",
        "json",
        "jsonb",
        "uuid",
        "mood",
        "weekday",
        "int8",
        "int8",
        "numeric",
        "timestamptz",
        "timestamp",
        "date",
        "int2[]",
        "int4[]",
        "int8[]",
        "oid[]",
        "float4[]",
        "float8[]",
        "numeric[]",
        "bool[]",
        "text[]",
        "varchar(300)[]",
        "char(3)[]",
        "bytea[]",
        "date[]",
        "time[]",
        "timestamp[]",
        "timestamptz[]",
        "json[]",
        "jsonb[]",
        "uuid[]",
        "int8[]",
        "int8[]",
        "numeric[]",
        "timestamptz[]",
        "timestamp[]",
        "date[]",
      ]
    `)
  })
})
