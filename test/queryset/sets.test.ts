import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { count, OptionError, sum, UsageError, type QuerySet } from 'sluice'
import { openShop, type Shop } from './shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(`
    INSERT INTO companies (name, country_code) SELECT chr(96 + n), (ARRAY['GB', 'DE'])[1 + n % 2]
      FROM generate_series(1, 10) AS n;
    INSERT INTO users (email, name, company_id) VALUES ('a@x', 'a', 1), ('b@x', 'b', 1), ('z@x', 'z', NULL);
    INSERT INTO products (supplier_id, sku, name, price) VALUES (1, 's', 'p', 1);
    INSERT INTO coupons (code, discount) VALUES ('C', 1)`)
})
afterAll(() => shop[Symbol.asyncDispose]())

const upTo = (id: number) => shop.repos.companies.filter({ id: { lte: id } })
const from = (id: number) => shop.repos.companies.filter({ id: { gte: id } })
const ids = (rows: { id: number }[]) => rows.map((row) => row.id).sort((a, b) => a - b)

describe('union, intersection and difference', () => {
  it('put rows together as sets', async () => {
    expect(ids(await upTo(3).union(from(9)).toArray())).toEqual([1, 2, 3, 9, 10])
    expect(ids(await upTo(6).union(upTo(2), from(10)).toArray())).toEqual([1, 2, 3, 4, 5, 6, 10])
    expect(ids(await upTo(5).intersection(from(3)).toArray())).toEqual([3, 4, 5])
    expect(ids(await upTo(5).intersection(from(3), upTo(4)).toArray())).toEqual([3, 4])
    expect(ids(await upTo(5).difference(upTo(2)).toArray())).toEqual([3, 4, 5])
    expect(ids(await upTo(5).difference(upTo(2), from(5)).toArray())).toEqual([3, 4])
  })

  it('keep equal rows with { all: true }', async () => {
    expect(ids(await upTo(2).union(upTo(3), { all: true }).toArray())).toEqual([1, 1, 2, 2, 3])
    expect(ids(await upTo(2).union(upTo(3), { all: false }).toArray())).toEqual([1, 2, 3])
  })

  it('nest', async () => {
    const nested = upTo(4)
      .union(from(8))
      .difference(upTo(2).union(from(10)))
    expect(ids(await nested.toArray())).toEqual([3, 4, 8, 9])
    expect(
      ids(
        await upTo(2)
          .union(nested.intersection(upTo(3)))
          .toArray(),
      ),
    ).toEqual([1, 2, 3])
  })

  it('give whole rows, as the table has them', async () => {
    const rows = await upTo(1).union(upTo(1)).toArray()
    expect(rows).toEqual(await upTo(1).toArray())
  })

  it('are the queryset itself without others', async () => {
    expect(ids(await upTo(2).union().toArray())).toEqual([1, 2])
    expect(upTo(2).difference().toSQL()).toEqual(upTo(2).toSQL())
  })

  it('join rows of several tables that have the same fields', async () => {
    const { users, companies } = shop.repos
    const names = users.values('name').union(companies.filter({ id: { lte: 3 } }).values('name'))
    expect(await names.orderBy('-name').toArray()).toEqual([
      { name: 'z' },
      { name: 'c' },
      { name: 'b' },
      { name: 'a' },
    ])
    const pairs = users.valuesList('id', 'email').union(companies.filter({ id: 1 }).valuesList('id', 'name'))
    expect(await pairs.orderBy('id', 'email').toArray()).toEqual([
      [1, 'a'],
      [1, 'a@x'],
      [2, 'b@x'],
      [3, 'z@x'],
    ])
  })

  it('take fields by their names, whatever their order', async () => {
    const { users, companies } = shop.repos
    const rows = users.values('id', 'name').union(companies.filter({ id: 7 }).values('name', 'id'))
    expect(await rows.orderBy('-id').slice(0, 1).toArray()).toEqual([{ id: 7, name: 'g' }])
  })

  it('keep the orders and slices of the querysets within them', async () => {
    const { companies } = shop.repos
    const ends = companies.orderBy('id').slice(0, 2).union(companies.orderBy('-id').slice(1, 3))
    expect(ids(await ends.toArray())).toEqual([1, 2, 8, 9])
    expect(await ends.count()).toBe(4)
  })

  it('are ordered, turned around and sliced as one', async () => {
    const both = upTo(3).union(from(9))
    const list = both.valuesList('id', { flat: true })
    expect(await list.orderBy('-id').toArray()).toEqual([10, 9, 3, 2, 1])
    expect(await list.orderBy('-id').reverse().slice(1, 4).slice(1).toArray()).toEqual([3, 9])
    expect(await both.orderBy('id').slice(3).count()).toBe(2)
    expect((await both.orderBy('countryCode', '-id').first())?.id).toBe(9)
    expect(await both.orderBy('name').values('countryCode', 'id').slice(4).toArray()).toEqual([
      { countryCode: 'GB', id: 10 },
    ])
  })

  it('are read in every way', async () => {
    const both = upTo(3).union(from(9))
    const ordered = both.orderBy('id')
    expect(await both.count()).toBe(5)
    expect(await both.exists()).toBe(true)
    expect((await both.first())?.id).toBe(1)
    expect((await both.last())?.id).toBe(10)
    expect((await upTo(3).intersection(from(3)).get()).id).toBe(3)
    expect(await upTo(3).intersection(from(4)).first()).toBe(null)
    const streamed: number[] = []
    for await (const { id } of ordered.aiterator({ chunkSize: 2 })) streamed.push(id)
    for (const { id } of ordered.iterator({ chunkSize: 2 })) streamed.push(id)
    for await (const { id } of ordered) streamed.push(id)
    expect(streamed).toEqual([1, 2, 3, 9, 10, 1, 2, 3, 9, 10, 1, 2, 3, 9, 10])
  })

  it('have a first and a last row without a key among the fields', async () => {
    const codes = upTo(5)
      .valuesList('countryCode', { flat: true })
      .union(from(6).valuesList('countryCode', { flat: true }))
    expect(await codes.first()).toBe('DE')
    expect(await codes.last()).toBe('GB')
    expect(await codes.count()).toBe(2)
  })

  it('leave none() out, and send no query when nothing can come', async () => {
    const { companies } = shop.repos
    const none = companies.none()
    expect(ids(await upTo(2).union(none).toArray())).toEqual([1, 2])
    expect(ids(await none.union(upTo(2)).toArray())).toEqual([1, 2])
    expect(ids(await upTo(2).difference(none).toArray())).toEqual([1, 2])
    await using closed = await openShop()
    await closed.db.close()
    const unreachable = closed.repos.companies
    expect(await unreachable.none().union(unreachable.none()).toArray()).toEqual([])
    expect(await unreachable.all().intersection(unreachable.none()).toArray()).toEqual([])
    expect(await unreachable.none().difference(unreachable.all()).count()).toBe(0)
  })

  it('bind the parameters of all querysets in order', async () => {
    const { companies } = shop.repos
    const rows = companies
      .filter({ name: 'a' })
      .union(companies.filter({ name: 'b' }).slice(0, 1), companies.filter({ name: "'" }))
      .slice(0, 9)
    expect(rows.toSQL().parameters).toEqual(['a', 'b', '1', "'", '9'])
    expect(ids(await rows.toArray())).toEqual([1, 2])
  })

  it('name columns by position, so that a field may come twice', async () => {
    const { users } = shop.repos
    const twice = users.valuesList('id', 'id').union(users.valuesList('id', 'companyId') as never)
    expect(await twice.orderBy('id').slice(0, 1).toArray()).toEqual([[1, 1]])
  })
})

describe('after union, intersection or difference', () => {
  const refused: [string, (both: QuerySet<never>) => unknown][] = [
    ['filter', (both) => both.filter({} as never)],
    ['exclude', (both) => both.exclude({} as never)],
    ['distinct', (both) => both.distinct()],
    ['only', (both) => both.only()],
    ['defer', (both) => both.defer()],
    ['selectForUpdate', (both) => both.selectForUpdate()],
    ['toKysely', (both) => both.toKysely()],
  ]
  it.each(refused)('%s() is refused with the reason', (method, call) => {
    const both = upTo(3).union(from(9)) as never
    expect(() => call(both)).toThrow(UsageError)
    expect(() => call(both)).toThrow(`Cannot call ${method}() after union(), intersection() or difference()`)
  })

  it('get() with conditions is refused', async () => {
    await expect(upTo(3).union(from(9)).get({ id: 1 })).rejects.toThrow(/Cannot call get\(\) after union/)
  })

  it('fields that are not there cannot be asked for', () => {
    const both = upTo(3).values('id', 'name').union(from(9).values('id', 'name'))
    expect(() => both.orderBy('website')).toThrow(
      /orderBy\(\) with "website" after union.* Choices: id, name\./,
    )
    expect(() => both.values('website')).toThrow(/values\(\) with "website" after union/)
    expect(() => both.valuesList('id', 'website')).toThrow(/valuesList\(\) with "website" after union/)
    expect(() => both.values()).toThrow(/values\(\) with "countryCode"/)
  })
})

describe('union refuses', () => {
  const call = (one: unknown, other: unknown) => () => (one as QuerySet<never>).union(other as never)

  it('other fields', () => {
    const { users, companies } = shop.repos
    expect(call(users, companies)).toThrow(UsageError)
    expect(call(users, companies)).toThrow(/public\.companies: its fields are id, name, countryCode/)
    expect(call(users.values('id'), companies.values('id', 'name'))).toThrow(
      /its fields are id, name, those before it id\./,
    )
    expect(call(users.valuesList('id'), companies.valuesList('id', 'name'))).toThrow(/its fields/)
  })

  it('other shapes', () => {
    const { users } = shop.repos
    expect(call(users.values('id'), users.valuesList('id'))).toThrow(/its rows are tuples, .* are objects/)
    expect(call(users.valuesList('id'), users.valuesList('id', { flat: true }))).toThrow(/rows are values/)
  })

  it('other types, but not a domain over the same', () => {
    const { users, coupons, products } = shop.repos
    expect(call(users.valuesList('id'), users.valuesList('name'))).toThrow(
      /public\.users\.name is text, but public\.users\.id is int4/,
    )
    expect(call(products.valuesList('status'), products.valuesList('name'))).toThrow(
      /is text, but public\.products\.status is public\.product_status/,
    )
    expect(call(products.valuesList('labels'), users.valuesList('tags'))).toThrow(
      /text\[\], but .*product_label\[\]/,
    )
    expect(call(users.valuesList('email'), coupons.valuesList('code'))).not.toThrow()
  })

  it('a type without equality, unless equal rows are kept', async () => {
    const { payments } = shop.repos
    const json = payments.values('providerResponse')
    expect(call(json, json)).toThrow(
      /the type json of public\.payments\.provider_response has no equality.*all: true/,
    )
    expect(() => json.intersection(json)).toThrow(/intersection\(\) compares rows.* Leave the field out\./)
    expect(await json.union(json, { all: true }).toArray()).toEqual([])
  })

  it('locked rows, other databases and unknown options', async () => {
    const { users } = shop.repos
    expect(call(users, users.selectForUpdate())).toThrow(/union\(\) on a queryset with selectForUpdate/)
    expect(call(users.selectForUpdate(), users)).toThrow(/union\(\) on a queryset with selectForUpdate/)
    await using other = await openShop()
    expect(call(users, other.repos.users)).toThrow(/same database/)
    expect(call(users, { al: true })).toThrow(OptionError)
    expect(call(users, { all: 1 })).toThrow(OptionError)
  })
})

describe('relations and annotations', () => {
  it('come along when the querysets have the same', async () => {
    const employed = shop.repos.users.selectRelated('company').only('name')
    const rows = employed.filter({ id: 1 }).union(employed.filter({ companyId: null }))
    expect(await rows.orderBy('id').toArray()).toMatchObject([
      { id: 1, name: 'a', company: { id: 1, name: 'a' } },
      { id: 3, name: 'z', company: null },
    ])
    expect(await rows.orderBy('-id').values('name').toArray()).toEqual([{ name: 'z' }, { name: 'a' }])
    expect(() => employed.union(shop.repos.users.only('name') as never)).toThrow(
      /its fields are id, name, those/,
    )
  })

  it('are prefetched as the first queryset says, and can be afterwards', async () => {
    const named = upTo(1).only('name')
    const rows = named.prefetchRelated('users').union(from(10).only('name') as never)
    const expected = [
      { id: 1, name: 'a', users: [{ email: 'a@x' }, { email: 'b@x' }] },
      { id: 10, name: 'j', users: [] },
    ]
    expect(await rows.orderBy('id').toArray()).toMatchObject(expected)
    const after = named.union(from(10).only('name')).prefetchRelated('users').orderBy('id')
    expect(await after.toArray()).toMatchObject(expected)
    const streamed = []
    for await (const row of after.aiterator({ chunkSize: 1 })) streamed.push(row)
    expect(streamed).toMatchObject(expected)
  })

  it('of annotations and groups are fields like others', async () => {
    const counted = shop.repos.companies.only('name').annotate({ n: count('users') })
    const rows = counted.filter({ n: { gt: 1 } }).union(counted.filter({ id: 10 }))
    expect(await rows.orderBy('-n').toArray()).toEqual([
      { id: 1, name: 'a', n: 2 },
      { id: 10, name: 'j', n: 0 },
    ])
    const groups = shop.repos.users.values('companyId').annotate({ n: count() })
    const both = groups.filter({ n: 1 }).union(groups.filter({ n: 2 }))
    expect(await both.orderBy('n').toArray()).toEqual([
      { companyId: null, n: 1 },
      { companyId: 1, n: 2 },
    ])
    expect(await both.aggregate({ all: sum('n') })).toEqual({ all: 3 })
  })

  it('cannot be joined or computed afterwards', () => {
    const both = upTo(2).union(from(9))
    // @ts-expect-error by types as well
    expect(() => void both.annotate({ n: count('users') })).toThrow(/annotate\(\) after union/)
    const users = shop.repos.users.union(shop.repos.users)
    // @ts-expect-error by types as well
    expect(() => void users.selectRelated('company')).toThrow(/selectRelated\(\) after union/)
  })

  it('are operands of in', async () => {
    const { users, companies } = shop.repos
    const some = companies
      .filter({ id: 1 })
      .values('id')
      .union(companies.filter({ id: 9 }).values('id'))
    expect(await users.filter({ companyId: { in: some } }).count()).toBe(2)
  })

  it('and writes: a combination is neither updated nor deleted', async () => {
    const both = upTo(2).union(from(9))
    // @ts-expect-error by types as well
    await expect(both.update({ name: 'x' })).rejects.toThrow(/update\(\) after union/)
    // @ts-expect-error by types as well
    await expect(both.delete()).rejects.toThrow(/delete\(\) after union/)
  })
})

describe('types that are read alike', () => {
  it('come out as those of the first queryset', async () => {
    const { users, coupons } = shop.repos
    const rows = users.filter({ id: 1 }).valuesList('email', { flat: true })
    const all = rows.union(coupons.valuesList('code', { flat: true }))
    expect(await all.orderBy('email').toArray()).toEqual(['C', 'a@x'])
  })
})
