import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UsageError } from 'sluice'
import { Random } from './random.js'
import { openShop, type Shop } from './shop.js'

const total = 37

let shop: Shop
beforeAll(async () => {
  shop = await openShop(`
    INSERT INTO companies (name, website, country_code)
      SELECT 'c' || lpad(n::text, 2, '0'), (ARRAY['x', 'y', NULL])[1 + n % 3], (ARRAY['GB', 'DE'])[1 + n % 2]
      FROM generate_series(1, ${total}) AS n`)
})
afterAll(() => shop[Symbol.asyncDispose]())

const ids = Array.from({ length: total }, (_, index) => index + 1)

describe('orderBy', () => {
  it('sorts by several keys, with NULL last ascending and first descending', async () => {
    const rows = await shop.repos.companies.orderBy('website', '-id').toArray()
    const websites = rows.map((row) => row.website)
    expect([...new Set(websites)]).toEqual(['x', 'y', null])
    const nulls = rows.filter((row) => row.website === null).map((row) => row.id)
    expect(nulls).toEqual([...nulls].sort((a, b) => b - a))
    const first = await shop.repos.companies.orderBy('-website').first()
    expect(first?.website).toBe(null)
  })

  it('replaces the order before it, and without keys takes it away', () => {
    const ordered = shop.repos.companies.orderBy('name')
    expect(ordered.orderBy('-id').toSQL().sql).not.toContain('"name" asc')
    expect(ordered.orderBy().toSQL().sql).not.toContain('order by')
  })

  it('reverse turns every key around, and twice is nothing', async () => {
    const ordered = shop.repos.companies.orderBy('website', '-id').valuesList('id', { flat: true })
    const forwards = await ordered.toArray()
    expect(await ordered.reverse().toArray()).toEqual(forwards.toReversed())
    expect(ordered.reverse().reverse().toSQL()).toEqual(ordered.toSQL())
  })

  it.each(['nmae', '-nmae', '', '-', '--id', 'created_at', 'id desc', 'id; drop table users', '?'])(
    'refuses the key %j, naming the fields',
    (key) => {
      expect(() => shop.repos.companies.orderBy(key as never)).toThrow(
        /public\.companies has no field .*Choices: id, name/,
      )
    },
  )

  it('refuses undefined', () => {
    expect(() => shop.repos.companies.orderBy(undefined as never)).toThrow(/orderBy of public\.companies/)
  })
})

describe('slice', () => {
  it('is what Array.slice is, however slices are nested', async () => {
    const all = shop.repos.companies.orderBy('id').valuesList('id', { flat: true })
    for (let seed = 1; seed <= 120; seed++) {
      const random = new Random(seed)
      let sliced = all
      let expected = ids
      let label = `seed ${seed}: `
      for (let step = 0; step <= random.below(4); step++) {
        const start = random.below(total + 5)
        const end = random.below(3) === 0 ? undefined : start + random.below(total + 5 - start)
        sliced = sliced.slice(start, end)
        expected = expected.slice(start, end)
        label += `.slice(${start}, ${end})`
      }
      expect(await sliced.toArray(), label).toEqual(expected)
      expect(await sliced.all().count(), label).toBe(expected.length)
      expect(await sliced.all().exists(), label).toBe(expected.length > 0)
      expect(await sliced.all().first(), label).toBe(expected[0] ?? null)
    }
  })

  it('streams as it reads', async () => {
    const sliced = shop.repos.companies.orderBy('id').valuesList('id', { flat: true }).slice(3, 20).slice(2)
    const streamed: number[] = []
    for await (const id of sliced.aiterator({ chunkSize: 4 })) streamed.push(id)
    expect(streamed).toEqual(ids.slice(3, 20).slice(2))
  })

  it.each([
    [-1, undefined],
    [0, -1],
    [0.5, undefined],
    [NaN, undefined],
    [0, Infinity],
    ['1' as never, undefined],
    [undefined as never, 5],
    [undefined as never, undefined],
    [null as never, undefined],
  ])('refuses slice(%j, %j)', (start, end) => {
    expect(() => shop.repos.companies.slice(start, end)).toThrow(
      /slice\(start, end\) takes whole numbers from 0/,
    )
  })

  it.each(['filter', 'exclude', 'orderBy', 'reverse', 'distinct'] as const)(
    'refuses %s() after it',
    (method) => {
      const sliced = shop.repos.companies.orderBy('id').slice(0, 5)
      // @ts-expect-error by types as well
      expect(() => void sliced[method]()).toThrow(UsageError)
      // @ts-expect-error by types as well
      expect(() => void sliced[method]()).toThrow(
        `${method}() on a slice of public.companies: call slice() last`,
      )
    },
  )

  it('refuses last() and get() with conditions by their own names', async () => {
    const sliced = shop.repos.companies.orderBy('id').slice(0, 5)
    // @ts-expect-error by types as well
    await expect(sliced.last()).rejects.toThrow(/last\(\) on a slice/)
    await expect(sliced.get({ id: 1 })).rejects.toThrow(/get\(.*\) on a slice/)
  })

  it('narrows a row type after it, as nothing else changes', async () => {
    const sliced = shop.repos.companies.orderBy('id').slice(1, 3)
    expect(await sliced.only('id').toArray()).toEqual([{ id: 2 }, { id: 3 }])
    expect(await sliced.values('name').toArray()).toEqual([{ name: 'c02' }, { name: 'c03' }])
  })
})

describe('distinct', () => {
  const codes = () => shop.repos.companies.valuesList('countryCode', { flat: true }).distinct()

  it('leaves each row once, also when counted', async () => {
    expect(await codes().orderBy('countryCode').toArray()).toEqual(['DE', 'GB'])
    expect(await codes().count()).toBe(2)
    expect(await codes().exists()).toBe(true)
  })

  it('counts before a slice, in every way of asking', async () => {
    const sliced = codes().orderBy('countryCode').slice(1)
    expect(await sliced.toArray()).toEqual(['GB'])
    expect(await sliced.all().count()).toBe(1)
    const beyond = codes().orderBy('countryCode').slice(2)
    expect(await beyond.toArray()).toEqual([])
    expect(await beyond.all().count()).toBe(0)
    expect(await beyond.all().exists()).toBe(false)
  })

  it('has a first and a last row without a key among the fields', async () => {
    expect(['DE', 'GB']).toContain(await codes().first())
    expect(['DE', 'GB']).toContain(await codes().last())
  })
})
