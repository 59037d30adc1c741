import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { count, FieldError, UsageError } from 'sluice'
import { openShop, type Shop } from './shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(`
    INSERT INTO companies (name, country_code, website)
      SELECT chr(96 + n), (ARRAY['GB', 'DE', 'FR'])[1 + n % 3], (ARRAY['x', 'y'])[1 + n % 2]
      FROM generate_series(1, 12) AS n`)
})
afterAll(() => shop[Symbol.asyncDispose]())

const byCountry = () => shop.repos.companies.distinct('countryCode')
const latest = () => byCountry().orderBy('countryCode', '-id')

describe('distinct(fields)', () => {
  it('gives the first row in order for each combination of the fields', async () => {
    expect(await latest().valuesList('countryCode', 'id').toArray()).toEqual([
      ['DE', 10],
      ['FR', 11],
      ['GB', 12],
    ])
    const oldest = shop.repos.companies.orderBy('-countryCode', 'id').distinct('countryCode')
    expect(await oldest.valuesList('id', { flat: true }).toArray()).toEqual([3, 2, 1])
    const pairs = shop.repos.companies
      .orderBy('website', 'countryCode', 'id')
      .distinct('countryCode', 'website')
    expect(await pairs.valuesList('website', 'countryCode', 'id').toArray()).toEqual([
      ['x', 'DE', 4],
      ['x', 'FR', 2],
      ['x', 'GB', 6],
      ['y', 'DE', 1],
      ['y', 'FR', 5],
      ['y', 'GB', 3],
    ])
  })

  it('is in the order of the fields when there is no other', async () => {
    expect((await byCountry().toArray()).map((row) => row.countryCode)).toEqual(['DE', 'FR', 'GB'])
    expect((await latest().orderBy().toArray()).map((row) => row.countryCode)).toEqual(['DE', 'FR', 'GB'])
  })

  it('gives whole rows, also those whose fields are not selected', async () => {
    expect((await latest().first())?.name).toBe('j')
    expect(await latest().values('name').toArray()).toEqual([{ name: 'j' }, { name: 'k' }, { name: 'l' }])
  })

  it('is counted, sliced and streamed as it reads', async () => {
    expect(await latest().count()).toBe(3)
    expect(await byCountry().count()).toBe(3)
    expect(await latest().exists()).toBe(true)
    expect(
      await latest()
        .filter({ id: { gt: 11 } })
        .count(),
    ).toBe(1)
    expect((await latest().slice(1, 2).toArray()).map((row) => row.id)).toEqual([11])
    expect(await latest().slice(2).count()).toBe(1)
    expect(await latest().slice(3).exists()).toBe(false)
    const streamed: number[] = []
    for await (const row of latest().aiterator({ chunkSize: 2 })) streamed.push(row.id)
    for (const row of latest().iterator({ chunkSize: 2 })) streamed.push(row.id)
    expect(streamed).toEqual([10, 11, 12, 10, 11, 12])
  })

  it('has a first and a last row among those it reads', async () => {
    expect((await latest().first())?.id).toBe(10)
    expect((await latest().last())?.id).toBe(12)
    expect((await byCountry().first())?.id).toBe(1)
    expect((await byCountry().last())?.id).toBe(3)
    expect((await byCountry().orderBy('-countryCode', 'id').last())?.id).toBe(1)
  })

  it('picks from the other end after reverse()', async () => {
    expect((await latest().reverse().toArray()).map((row) => row.id)).toEqual([3, 2, 1])
  })

  it('gives way to distinct() without fields', async () => {
    const rows = byCountry().values('countryCode', 'website').distinct()
    expect(await rows.count()).toBe(6)
    expect(rows.toSQL().sql).not.toContain('distinct on')
  })

  it('refuses an order that begins with other fields, whichever comes first', () => {
    const { companies } = shop.repos
    const message = 'orderBy() of public.companies has to begin with the fields of distinct(countryCode)'
    expect(() => byCountry().orderBy('name')).toThrow(UsageError)
    expect(() => byCountry().orderBy('name', 'countryCode')).toThrow(message)
    expect(() => companies.orderBy('-id').distinct('countryCode')).toThrow(message)
    expect(() =>
      companies.distinct('countryCode', 'website').orderBy('website', 'id', 'countryCode'),
    ).toThrow(/has "id" before "countryCode"/)
    expect(() => companies.distinct('countryCode', 'website').orderBy('website')).not.toThrow()
    expect(() => byCountry().orderBy('countryCode', 'countryCode', 'id')).not.toThrow()
  })

  it('refuses unknown fields, and to come after a slice', () => {
    expect(() => shop.repos.companies.distinct('country_code' as never)).toThrow(FieldError)
    expect(() => shop.repos.companies.distinct('country_code' as never)).toThrow(/Choices: id, name/)
    // @ts-expect-error by types as well
    expect(() => void shop.repos.companies.slice(0, 1).distinct('id')).toThrow(/distinct\(\) on a slice/)
  })

  it('takes annotations that are selected', async () => {
    const counted = shop.repos.companies.annotate({ n: count('users', { filter: { name: 'x' } }) })
    expect(await counted.distinct('n').orderBy('n', '-id').valuesList('id', 'n').toArray()).toEqual([[12, 0]])
    const unselected = counted.distinct('n').values('id')
    await expect(unselected.toArray()).rejects.toThrow(
      /distinct\("n"\) by an annotation needs it among the fields/,
    )
  })

  it('is refused in a prefetch, where it would count over the rows of all', () => {
    const { companies, users } = shop.repos
    expect(() => companies.prefetchRelated({ users: users.distinct('name') })).toThrow(UsageError)
  })

  it('goes on in Kysely', async () => {
    const rows = await latest().toKysely().where('id', '<', 12).execute()
    expect(rows.map((row) => row.id)).toEqual([10, 11, 9])
  })

  it('can be part of a union', async () => {
    const { companies } = shop.repos
    const rows = latest()
      .union(companies.filter({ id: 1 }))
      .orderBy('id')
    expect((await rows.toArray()).map((row) => row.id)).toEqual([1, 10, 11, 12])
  })
})
