import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  connect,
  type Database,
  type MultirangeCondition,
  type Range,
  type RangeCondition,
  type RangeOperators,
} from 'sluice'
import { Repository, type Model, type TableSchema } from 'sluice'
import { openShop, type Shop } from './shop.js'

const int4range = { kind: 'range', schema: 'pg_catalog', name: 'int4range', subtype: 'int4' } as const
const spans: TableSchema = {
  schema: 'public',
  name: 'spans',
  kind: 'table',
  columns: [
    { property: 'name', name: 'name', type: 'text', nullable: false, optional: false },
    { property: 'span', name: 'span', type: int4range, nullable: true, optional: true },
    {
      property: 'short',
      name: 'short',
      type: { kind: 'domain', schema: 'public', name: 'short_span', base: int4range },
      nullable: true,
      optional: true,
    },
    {
      property: 'spans',
      name: 'spans',
      type: { kind: 'multirange', schema: 'pg_catalog', name: 'int4multirange', range: int4range },
      nullable: true,
      optional: true,
    },
  ],
  primaryKey: ['name'],
  uniqueKeys: [],
  foreignKeys: [],
}

interface SpanModel extends Model {
  readonly name: 'spans'
  readonly row: { name: string }
  readonly key: 'name'
  readonly filter: {
    readonly span?: RangeCondition<number> | null
    readonly short?: RangeCondition<number> | null
    readonly spans?: MultirangeCondition<number> | null
  }
}

class Spans extends Repository<SpanModel> {}

const range = (lower: number | null, upper: number | null): Range<number> => ({ lower, upper, bounds: '[)' })
const empty: Range<number> = { lower: null, upper: null, bounds: 'empty' }

let shop: Shop
let db: Database<object>
let repository: Spans
beforeAll(async () => {
  shop = await openShop(`
    CREATE DOMAIN short_span AS int4range CHECK (upper(value) - lower(value) < 100);
    CREATE TABLE spans (name text PRIMARY KEY, span int4range, short short_span, spans int4multirange);
    INSERT INTO spans VALUES
      ('low', '[1,5)', '[1,5)', '{[1,5)}'), ('mid', '[5,10)', '[5,10)', '{[5,7),[8,10)}'),
      ('open', '[20,)', NULL, '{[20,)}'), ('none', 'empty', 'empty', '{}'), ('null', NULL, NULL, NULL)`)
  db = connect({ connectionString: shop.database.url })
  repository = new Spans(db, spans)
})
afterAll(async () => {
  await db.close()
  await shop[Symbol.asyncDispose]()
})

async function names(condition: SpanModel['filter']): Promise<string[]> {
  const found = await repository.filter(condition).toArray()
  const others = await repository.exclude(condition).toArray()
  expect([...found, ...others]).toHaveLength(5)
  return found.map(({ name }) => name).sort()
}

const lookups: [RangeOperators<number, Range<number>>, string[]][] = [
  [{ contains: 5 }, ['mid']],
  [{ contains: 4 }, ['low']],
  [{ contains: range(2, 3) }, ['low']],
  [{ contains: empty }, ['low', 'mid', 'none', 'open']],
  [{ containedBy: range(0, 10) }, ['low', 'mid', 'none']],
  [{ overlaps: range(4, 6) }, ['low', 'mid']],
  [{ fullyLt: range(10, 11) }, ['low', 'mid']],
  [{ fullyGt: range(0, 2) }, ['mid', 'open']],
  [{ notLt: range(5, 6) }, ['mid', 'open']],
  [{ notGt: range(5, 10) }, ['low', 'mid']],
  [{ adjacentTo: range(10, 20) }, ['mid', 'open']],
]

describe.each(lookups)('%j', (condition, expected) => {
  it('on a range', async () => {
    expect(await names({ span: condition })).toEqual(expected)
  })
  it('on a domain over a range', async () => {
    expect(await names({ short: condition })).toEqual(expected.filter((name) => name !== 'open'))
  })
  it('on a multirange', async () => {
    expect(await names({ spans: condition })).toEqual(expected)
  })
})

it.each<[MultirangeCondition<number>, string[]]>([
  [{ contains: [range(5, 6), range(8, 9)] }, ['mid']],
  [{ overlaps: [range(0, 2), range(30, 40)] }, ['low', 'open']],
  [{ containedBy: [range(0, 6), range(6, 12)] }, ['low', 'mid', 'none']],
  [[range(1, 5)], ['low']],
  [{ exact: [] }, ['none']],
])('several ranges on a multirange: %j', async (condition, expected) => {
  expect(await names({ spans: condition })).toEqual(expected)
})

it('equality and order of ranges stay', async () => {
  expect(await names({ span: { exact: range(1, 5) } })).toEqual(['low'])
  expect(await names({ span: { in: [range(1, 5), null] } })).toEqual(['low', 'null'])
  expect(await names({ span: { gte: range(5, 10) } })).toEqual(['mid', 'open'])
})

it('a time in a range of times', async () => {
  await shop.run(`INSERT INTO coupons (code, discount, valid_during) VALUES
    ('NOW', 1, '[2024-01-01 00:00:00+00,2024-02-01 00:00:00+00)'), ('EVER', 1, '(,)')`)
  const { coupons } = shop.repos
  const codes = (condition: RangeCondition<Date | string>): Promise<string[]> =>
    coupons.filter({ validDuring: condition }).orderBy('id').valuesList('code', { flat: true }).toArray()
  expect(await codes({ contains: new Date('2024-01-31T23:59:59.999Z') })).toEqual(['NOW', 'EVER'])
  expect(await codes({ contains: new Date('2024-02-01T00:00:00Z') })).toEqual(['EVER'])
})

it.each<[unknown, RegExp]>([
  [{ contains: 'x' }, /public\.spans\.span: .*int4/],
  [{ contains: null }, /"contains" of public\.spans\.span takes no null/],
  [{ overlaps: 5 }, /int4range takes \{ lower, upper, bounds \}/],
  [{ overlaps: [range(1, 2)] }, /int4range takes/],
  [{ overlaps: { lower: 1, upper: 2 } }, /int4range takes/],
  [{ hasKey: 'a' }, /no lookup "hasKey". Choices: .*adjacentTo/],
])('refuses %j', (span, message) => {
  expect(() => repository.filter({ span } as SpanModel['filter'])).toThrow(message)
})
