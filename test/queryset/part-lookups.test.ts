import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sql } from 'kysely'
import { extract, lookup, lower, ref, sum, value } from 'sluice'
import type { Repositories } from '../../generated/index.js'
import { everywhere, byHand } from '../expressions/agree.js'
import { everyType } from './every-type.js'
import { openShop, type Shop } from './shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(`${everyType}
    INSERT INTO users (email, name, created_at, birth_date, tags, preferences)
    SELECT 'D' || n || '@Example.ORG', ' n' || n || ' ', moment, CASE WHEN n % 3 > 0 THEN moment::date END,
      ARRAY['t' || n % 3, 'z'],
      jsonb_build_object('plan', jsonb_build_object('name', CASE n % 3 WHEN 0 THEN 'pro' WHEN 1 THEN 'Free_%' END,
        'seats', CASE n % 4 WHEN 0 THEN to_jsonb(n) WHEN 1 THEN '"12"' WHEN 2 THEN 'true' ELSE '[1, 2]' END),
        'list', (SELECT jsonb_agg(i) FROM generate_series(1, n % 4) i))
    FROM unnest('{2023-12-31 22:59:59.999999+00,2023-12-31 23:00:00+00,2024-01-01 00:00:00+00,2024-02-29 12:30:45.5+00,
      2024-03-31 00:59:59+00,2024-03-31 01:00:00+00,2024-12-30 00:00:00+00,2024-12-31 23:59:59.999999+00,
      2025-01-01 00:00:00+00,1999-01-03 06:07:08+00}'::timestamptz[]) WITH ORDINALITY AS m (moment, n)`)
})
afterAll(() => shop[Symbol.asyncDispose]())

type Filter<Name extends 'users' | 'products' | 'companies' | 'posts' | 'payments' | 'coupons'> = Parameters<
  Repositories[Name]['filter']
>[0]

/** The same by `filter`, by its complement, and by hand. */
async function same(table: string, own: unknown, condition: string): Promise<number> {
  const repository = shop.repos[table as 'users']
  const key = table === 'coupons' ? 'code' : 'id'
  const ids = async (where: string) =>
    (await byHand(shop, `SELECT ${key} FROM ${table} WHERE ${where} ORDER BY ${key}`)) as { id: number }[]
  const filtered = repository
    .filter(own as Filter<'users'>)
    .values(key as 'id')
    .orderBy(key as 'id')
  const expected = await ids(condition)
  expect(await everywhere(filtered)).toEqual(expected)
  const excluded = repository
    .exclude(own as Filter<'users'>)
    .values(key as 'id')
    .orderBy(key as 'id')
  expect(await excluded.toArray()).toEqual(await ids(`(${condition}) IS NOT TRUE`))
  return expected.length
}

const inBerlin = `(created_at AT TIME ZONE 'Europe/Berlin')`
const inUtc = `(created_at AT TIME ZONE 'UTC')`

const moments: readonly (readonly [Filter<'users'>, string])[] = [
  [{ createdAt: { year: 2024 } }, `extract(year FROM ${inUtc}) = 2024`],
  [{ createdAt: { timeZone: 'Europe/Berlin', year: 2024 } }, `extract(year FROM ${inBerlin}) = 2024`],
  [{ createdAt: { year: { gt: 2023 } } }, `extract(year FROM ${inUtc}) > 2023`],
  [{ createdAt: { year: { gte: 2024, lte: 2024 } } }, `extract(year FROM ${inUtc}) = 2024`],
  [{ createdAt: { year: { lt: 2024 } } }, `extract(year FROM ${inUtc}) < 2024`],
  [{ createdAt: { year: { in: [1999, 2025] } } }, `extract(year FROM ${inUtc}) IN (1999, 2025)`],
  [{ createdAt: { year: { range: [1999, 2023] } } }, `extract(year FROM ${inUtc}) BETWEEN 1999 AND 2023`],
  [{ createdAt: { year: { ne: 2024 } } }, `extract(year FROM ${inUtc}) <> 2024`],
  [{ createdAt: { year: ref('id') } }, `extract(year FROM ${inUtc}) = id`],
  [{ createdAt: { isoYear: 2025, week: 1 } }, `to_char(${inUtc}, 'IYYY-IW') = '2025-01'`],
  [{ createdAt: { quarter: 1, month: { in: [2, 3] } } }, `extract(month FROM ${inUtc}) IN (2, 3)`],
  [
    { createdAt: { day: 31, dayOfYear: { gt: 91 } } },
    `to_char(${inUtc}, 'DD') = '31' AND to_char(${inUtc}, 'DDD') > '091'`,
  ],
  [{ createdAt: { weekDay: 1 } }, `extract(dow FROM ${inUtc}) = 0`],
  [{ createdAt: { isoWeekDay: 7 } }, `extract(dow FROM ${inUtc}) = 0`],
  [{ createdAt: { timeZone: 'Europe/Berlin', hour: 3 } }, `extract(hour FROM ${inBerlin}) = 3`],
  [
    { createdAt: { minute: 59, second: 59, microsecond: 999999 } },
    `to_char(${inUtc}, 'MISSUS') = '5959999999'`,
  ],
  [{ createdAt: { epoch: { lt: 0 } } }, `created_at < 'epoch'`],
  [{ createdAt: { date: '2024-12-31' } }, `${inUtc}::date = '2024-12-31'`],
  [
    { createdAt: { timeZone: 'Europe/Berlin', date: { gte: '2024-01-01', lt: '2024-12-31' } } },
    `${inBerlin}::date >= '2024-01-01' AND ${inBerlin}::date < '2024-12-31'`,
  ],
  [{ createdAt: { date: { gt: '2024-12-30' } } }, `${inUtc}::date > '2024-12-30'`],
  [{ createdAt: { date: { lte: '2023-12-31' } } }, `${inUtc}::date <= '2023-12-31'`],
  [{ createdAt: { date: { year: { in: [2024] }, day: 29 } } }, `${inUtc}::date = '2024-02-29'`],
  [{ createdAt: { date: ref('birthDate') } }, `${inUtc}::date = birth_date`],
  [
    { createdAt: { time: { gte: '12:00', hour: { lt: 13 } } } },
    `${inUtc}::time >= '12:00' AND ${inUtc}::time < '13:00'`,
  ],
  [{ birthDate: { year: 2024, month: 12 } }, `birth_date BETWEEN '2024-12-01' AND '2024-12-31'`],
  [{ birthDate: { week: { isNull: true } } }, `birth_date IS NULL`],
  [{ birthDate: { year: { lte: 1999 } } }, `extract(year FROM birth_date) <= 1999`],
]

const texts: readonly (readonly [Filter<'users'>, string])[] = [
  [{ email: { lower: { endsWith: '@example.org' } } }, `lower(email) LIKE '%@example.org'`],
  [{ email: { upper: 'D1@EXAMPLE.ORG' } }, `upper(email) = 'D1@EXAMPLE.ORG'`],
  [{ name: { trim: { in: ['n1', 'n2'] } } }, `btrim(name) IN ('n1', 'n2')`],
  [
    { name: { trim: { upper: { startsWith: 'N1' } }, length: { gt: 4 } } },
    `btrim(name) LIKE 'n1%' AND length(name) > 4`,
  ],
  [{ tags: { at: 0, exact: 't1' } }, `tags[1] = 't1'`],
  [{ tags: { at: -1, startsWith: 'z' } }, `tags[cardinality(tags)] LIKE 'z%'`],
  [{ tags: { at: 1, isNull: false } }, `tags[2] IS NOT NULL`],
  [
    { tags: { at: 0, in: ['t0', 'a'] }, name: { length: { lte: 4 } } },
    `tags[1] IN ('t0', 'a') AND length(name) <= 4`,
  ],
]

const documents: readonly (readonly [Filter<'users'>, string])[] = [
  [{ preferences: { path: ['plan', 'name'], exact: 'pro' } }, `preferences #>> '{plan,name}' = 'pro'`],
  [
    { preferences: { path: ['plan', 'name'], iStartsWith: 'free_%' } },
    `preferences #>> '{plan,name}' = 'Free_%'`,
  ],
  [{ preferences: { path: ['plan', 'name'], in: ['pro', 'x'] } }, `preferences #>> '{plan,name}' = 'pro'`],
  [
    { preferences: { path: ['plan', 'name'], text: { lower: { regex: '^f' } } } },
    `preferences #>> '{plan,name}' ~ '^F'`,
  ],
  [{ preferences: { path: ['plan', 'name'], isNull: true } }, `preferences #> '{plan,name}' IS NULL`],
  [
    { preferences: { path: ['plan', 'seats'], gt: 3 } },
    `CASE WHEN jsonb_typeof(preferences #> '{plan,seats}') = 'number' THEN (preferences #>> '{plan,seats}')::int > 3 END`,
  ],
  [
    { preferences: { path: ['plan', 'seats'], range: [4, 8] } },
    `preferences #> '{plan,seats}' IN ('4', '8')`,
  ],
  [{ preferences: { path: ['plan', 'seats'], gte: '1' } }, `preferences #> '{plan,seats}' = '"12"'`],
  [
    { preferences: { path: ['plan', 'seats'], number: { lt: ref('id') } } },
    `CASE WHEN jsonb_typeof(preferences #> '{plan,seats}') = 'number' THEN (preferences #>> '{plan,seats}')::int < id END`,
  ],
  [{ preferences: { path: ['plan', 'seats'], exact: true } }, `preferences #> '{plan,seats}' = 'true'`],
  [{ preferences: { path: ['plan', 'seats', -1], exact: 2 } }, `preferences #> '{plan,seats,-1}' = '2'`],
  [
    { preferences: { path: ['plan'], hasKey: 'seats', contains: { name: 'pro' } } },
    `preferences #>> '{plan,name}' = 'pro'`,
  ],
  [
    { preferences: { path: ['list'], length: { gte: 2 } } },
    `CASE WHEN jsonb_typeof(preferences -> 'list') = 'array' THEN jsonb_array_length(preferences -> 'list') >= 2 END`,
  ],
  [{ preferences: { text: { contains: 'pro' } } }, `preferences::text LIKE '%pro%'`],
]

const others: readonly (readonly [string, unknown, string])[] = [
  ['products', { weight: { abs: { lt: 1 } } } satisfies Filter<'products'>, 'abs(weight) < 1'],
  ['products', { price: { round: '13', ceil: '13' } } satisfies Filter<'products'>, 'round(price) = 13'],
  ['products', { price: { floor: { lt: '1' } } } satisfies Filter<'products'>, 'floor(price) < 1'],
  [
    'products',
    { returnWindow: { year: 1, hour: { gte: 4 } } } satisfies Filter<'products'>,
    `extract(year FROM return_window) = 1`,
  ],
  [
    'companies',
    { opensAt: { hour: 8, minute: { gt: 0 } } } satisfies Filter<'companies'>,
    `opens_at = '08:30'`,
  ],
  [
    'posts',
    { scheduledFor: { year: 2024, date: '2024-03-31', time: { gt: '02:00' } } } satisfies Filter<'posts'>,
    `scheduled_for IS NOT NULL`,
  ],
  [
    'payments',
    { providerResponse: { path: ['ok'], exact: true } } satisfies Filter<'payments'>,
    `(provider_response ->> 'ok')::bool`,
  ],
  [
    'coupons',
    { validDuring: { lower: { year: 2024 }, upperInf: false } } satisfies Filter<'coupons'>,
    `lower(valid_during) >= '2024-01-01 00:00Z' AND NOT upper_inf(valid_during)`,
  ],
  ['coupons', { validDuring: { isEmpty: true } } satisfies Filter<'coupons'>, `isempty(valid_during)`],
  [
    'coupons',
    { validDuring: { lower: null, isEmpty: false } } satisfies Filter<'coupons'>,
    `lower_inf(valid_during)`,
  ],
]

describe('lookups of what is made of a column', () => {
  it.each(moments)('of moments: %j', async (filter, condition) => {
    await same('users', filter, condition)
  })
  it.each([...texts, ...documents])('of texts, arrays and documents: %j', async (filter, condition) => {
    // Each is met by some rows, and not by all.
    expect(await same('users', filter, condition)).toBeGreaterThan(0)
    expect(await shop.repos.users.exclude(filter).exists()).toBe(true)
  })
  it.each(others)('of other types, in %s: %j', async (table, filter, condition) => {
    expect(await same(table, filter, condition)).toBeGreaterThan(0)
  })

  it('across relations, of expressions, annotations, groups and aggregates', async () => {
    const { orders, users } = shop.repos
    const byName = orders.filter({
      user: { email: { lower: { startsWith: 'ada' } }, createdAt: { year: 2024 } },
    })
    expect(await byName.count()).toBe(1)
    expect(await users.filter(lookup(lower('name'), { trim: { length: 2 } })).count()).toBe(9)
    expect(await users.filter(lookup('createdAt', { year: { gt: 2024 } })).count()).toBe(1)
    const annotated = users.annotate({ at: ref('createdAt'), label: lower('email') })
    expect(
      await annotated.filter({ at: { year: 1999 }, label: { upper: { contains: 'EXAMPLE' } } }).count(),
    ).toBe(1)
    const groups = users
      .values('isActive')
      .annotate({ n: sum('id', { filter: { createdAt: { year: 2025 } } }) })
    expect(await groups.filter({ n: { gt: 0 } }).toArray()).toEqual([{ isActive: true, n: 11 }])
    expect(await users.filter({ createdAt: { date: value('2025-01-01', 'date') } }).count()).toBe(1)
  })

  it('ask an index on the column for years and days', async () => {
    await shop.run('CREATE INDEX users_moments ON users (created_at)')
    await shop.db.transaction().execute(async (trx) => {
      // So few rows are read as a whole otherwise.
      await sql`SET LOCAL enable_seqscan = off`.execute(trx)
      for (const filter of [
        { createdAt: { year: 2024 } },
        { createdAt: { timeZone: 'Asia/Kolkata', year: { gte: 2023, lt: 2025 } } },
        { createdAt: { date: '2024-12-31' } },
        { createdAt: { timeZone: 'Europe/Berlin', date: { lte: '2023-12-31' } } },
      ]) {
        const plan = await shop.repos.users.using(trx).filter(filter).explain()
        expect(plan).toMatch(/users_moments[^]*Index Cond: .*created_at [<>]/)
      }
    })
  })

  it('of moments without end are none, whatever the server makes of them', async () => {
    await shop.run(`INSERT INTO users (email, name, created_at, birth_date)
      VALUES ('inf@x', 'end', 'infinity', '-infinity'), ('-inf@x', 'end', '-infinity', 'infinity')`)
    const ends = shop.repos.users.filter({ name: 'end' })
    for (const asked of [{ in: [2024] }, { gte: 1 }, { lte: 9000 }, { gt: 2024 }, { lt: 2024 }]) {
      expect(await ends.filter({ createdAt: { year: asked } }).count()).toBe(0)
      expect(await ends.filter({ createdAt: { year: asked, timeZone: 'Europe/Berlin' } }).count()).toBe(0)
      expect(await ends.filter({ birthDate: { year: asked } }).count()).toBe(0)
      expect(await ends.filter({ birthDate: { isoYear: asked } }).count()).toBe(0)
    }
    const years = ends.annotate({ year: extract('year', 'birthDate') }).values('year')
    expect(await years.toArray()).toEqual([{ year: null }, { year: null }])
    await shop.run(`DELETE FROM users WHERE name = 'end'`)
  })
})

describe('wrong lookups are refused when the queryset is built', () => {
  it.each<[object, string]>([
    [{ name: { year: 2024 } }, 'public.users.name has no lookup "year"'],
    [{ createdAt: { yaer: 2024 } }, 'Did you mean "year"?'],
    [{ birthDate: { hour: 5 } }, 'public.users.birthDate has no lookup "hour"'],
    [{ birthDate: { timeZone: 'UTC', year: 1 } }, 'has no lookup "timeZone"'],
    [{ createdAt: { timeZone: 'UTC' } }, 'has no lookup. Choices: '],
    [{ createdAt: { timeZone: "x'; drop", year: 2024 } }, 'timeZone is the name of a time zone'],
    [{ createdAt: { year: '2024' } }, 'public.users.createdAt.year'],
    [{ createdAt: { year: undefined } }, 'public.users.createdAt.year is undefined'],
    [{ createdAt: { date: '31.12.2024' } }, "date takes a string such as '2024-01-02'"],
    [{ tags: { at: 1.5, exact: 'a' } }, '"at" of "tags" is the place of an element'],
    [{ tags: { path: ['a'], exact: 'a' } }, 'public.users.tags has no lookup "path"'],
    [{ preferences: { path: [], exact: 'a' } }, 'A path into "preferences" is a list of keys and indices'],
    [{ preferences: { path: ['a'], at: 0, exact: 'a' } }, 'has no lookup "at"'],
    [{ preferences: { path: ['a'], sounds: 'a' } }, 'public.users.preferences at a has no lookup "sounds"'],
    [{ email: { lower: { year: 1 } } }, 'public.users.email.lower has no lookup "year"'],
    [{ id: { abs: 1 } }, 'public.users.id has no lookup "abs"'],
  ])('%j', (filter, message) => {
    expect(() => shop.repos.users.filter(filter)).toThrow(message)
  })

  it('nested without end', () => {
    let filter: object = { length: 1 }
    for (let depth = 0; depth < 10_000; depth++) filter = { lower: filter }
    expect(() => shop.repos.users.filter({ email: filter })).toThrow('nested more than 16 deep')
  })
})
