import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tableSchema } from '../support/table-schema.js'
import { openShop, type Shop } from '../support/shop.js'
import { KEYS, openKeyed, Rows, type Keyed } from './keyed-tables.js'

let keyed: Keyed
let shop: Shop
beforeAll(async () => {
  keyed = await openKeyed()
  shop = await openShop({ users: 30 })
})
afterAll(async () => {
  await keyed[Symbol.asyncDispose]()
  await shop[Symbol.asyncDispose]()
})

type Parts = Awaited<ReturnType<Rows['partitions']>>
const values = (parts: Parts) =>
  Promise.all(parts.map(async (part) => (await part.toArray()).map((row) => row['v'] as number)))
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)
const sorted = (lists: readonly number[][]) => lists.flat().sort((a, b) => a - b)

describe('partitions() have each row once, as many in one as in the other, by a key of', () => {
  it.each(KEYS.map(([name], index) => [name, index] as const))('%s', async (_, index) => {
    const rows = await keyed.table(index, 2000)
    const parts = await values(await rows.partitions(7))
    expect(sorted(parts)).toEqual(numbers(2000))
    for (const part of parts) expect(Math.abs(part.length - 2000 / 7)).toBeLessThan(2)
  })

  it('a unique key without NULLs where there is no primary one', async () => {
    const { users } = shop
    const { schema } = users
    const rows = new Rows(shop.db, { ...schema, primaryKey: [] })
    const parts = await rows.partitions(4)
    expect((await Promise.all(parts.map((part) => part.count()))).sort()).toEqual([7, 7, 8, 8])
    expect(parts[1]?.toSQL().sql).toContain('"email"')
  })
})

describe('partitions()', () => {
  it('are told from a sample where there are many rows, and are of about one size', async () => {
    const rows = await keyed.table(2, 150_000)
    const parts = await rows.partitions(4)
    const counts = await Promise.all(parts.map((part) => part.count()))
    expect(counts.reduce((sum, each) => sum + each)).toBe(150_000)
    for (const count of counts) expect(Math.abs(count - 37_500)).toBeLessThan(15_000)
    // Few rows are left by the filter: the sample grows until it has enough of them.
    const few = await rows.filter({ v: { lt: 900 } }).partitions(3)
    expect(sorted(await values(few))).toEqual(numbers(900))
  })

  it('are empty where there are fewer rows than parts, and all together there is nothing', async () => {
    const rows = await keyed.table(0, 2)
    const parts = await values(await rows.partitions(5))
    expect(parts.map((part) => part.length).sort()).toEqual([0, 0, 0, 1, 1])
    expect(sorted(parts)).toEqual([0, 1])
    const nothing = await rows.filter({ v: { lt: 0 } }).partitions(3)
    expect(await values(nothing)).toEqual([[], [], []])
    expect(await values(await rows.none().partitions(2))).toEqual([[], []])
    expect(await values(await rows.partitions(1))).toEqual(
      [[0, 1]].map((all) => expect.arrayContaining(all) as number[]),
    )
  })

  it('have rows that come later, whatever their keys are', async () => {
    const rows = await keyed.table(0, 100)
    const parts = await rows.partitions(3)
    const { name } = rows.schema
    await keyed.sql(`insert into ${name} (k, v) values (-2147483648, 100), (2147483647, 101), (-4999, 102)`)
    expect(sorted(await values(parts))).toEqual(numbers(103))
  })

  it('keep order, selection, annotations and relations, and can be narrowed', async () => {
    const parts = await shop.users.orderBy('-id').prefetchRelated('orders').only('email').partitions(3)
    for (const part of parts) {
      const rows = await part.toArray()
      expect(rows.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).sort((a, b) => b - a))
      expect(rows[0]).toHaveProperty('orders')
      expect(await part.filter({ isActive: true }).count()).toBeLessThan(11)
      const streamed: unknown[] = []
      for await (const row of part.aiterator({ chunkSize: 4 })) streamed.push(row)
      expect(streamed).toEqual(rows)
      expect([...part.iterator()]).toEqual(rows)
    }
  })

  it('read ranges of the key alone', async () => {
    const rows = await keyed.table(9, 5000)
    const [, part] = await rows.partitions(20)
    const plan = (await part?.explain()) ?? ''
    expect(plan).toMatch(/Index Cond: \(\(ROW\(k, l\) > ROW\([^]*ROW\(k, l\) <= ROW\(/)
  })

  it('go to other processes, and are those of the same queryset there', async () => {
    const rows = await keyed.table(8, 500)
    const queryset = () => rows.filter({ v: { lt: 300 } })
    const parts = await queryset().partitions(3)
    const tokens = JSON.parse(JSON.stringify(parts)) as string[]
    for (const token of tokens) expect(token).toMatch(/^[\w~-]+$/)
    const restored = tokens.map((token) => queryset().orderBy('-v').partition(token))
    expect(sorted(await values(restored))).toEqual(numbers(300))
    expect(JSON.parse(JSON.stringify(restored))).toEqual(tokens)
    const empty = (await rows.filter({ v: 1 }).partitions(2)).map((part) => part.toJSON())
    expect(await values(empty.map((token) => rows.filter({ v: 1 }).partition(token)))).toEqual([[1], []])
  })

  it('of another queryset are refused, and so is what is none', async () => {
    const rows = await keyed.table(0, 50)
    const [, part] = await rows.filter({ v: { lt: 40 } }).partitions(3)
    const token = part?.toJSON() ?? ''
    const [from = '', to = ''] = token.split('~')
    expect(() => rows.filter({ v: { lt: 41 } }).partition(token)).toThrow(
      'a value in the filter or the order differs',
    )
    expect(() => rows.partition(token)).toThrow('the filter differs')
    expect(() => shop.users.partition(token)).toThrow('the table differs')
    const same = rows.filter({ v: { lt: 40 } })
    for (const wrong of [
      '',
      token.slice(0, -3),
      `${from}`,
      `x~${to}`,
      `${from}~${to.slice(1)}`,
      5 as never,
      null as never,
    ])
      expect(() => same.partition(wrong)).toThrow('cut or made up')
    expect(() => same.partition(`${from}~${to}~other`)).toThrow('cut or made up')
    const retyped = new Rows(
      keyed.db,
      tableSchema(rows.schema.name, { k: 'int8', v: 'int4' }, { primaryKey: ['k'] }),
    )
    expect(() => retyped.filter({ v: { lt: 40 } }).partition(token)).toThrow('the order differs')
  })

  it.each<[string, (shop: Shop) => Promise<unknown>, string]>([
    ['no number', ({ users }) => users.partitions(0), 'whole number'],
    ['a fraction', ({ users }) => users.partitions(1.5), 'whole number'],
    [
      'an unknown way',
      ({ users }) => users.partitions(2, { by: 'rows' as never }),
      'Choices: key, partitions, ctid',
    ],
    ['an unknown option', ({ users }) => users.partitions(2, { size: 1 } as never), 'size'],
    ['a slice', ({ users }) => users.slice(0, 5).partitions(2), 'partitions'],
    ['distinct rows', ({ users }) => users.distinct().partitions(2), 'partitions'],
    ['a union', ({ users }) => users.union(users.filter({ id: 1 })).partitions(2), 'partitions'],
    [
      'a view, which has no key and no blocks',
      ({ orderSummaries }) => orderSummaries.partitions(2),
      'needs a primary key',
    ],
  ])('of %s are refused', async (_, call, message) => {
    await expect((async () => call(shop))()).rejects.toThrow(message)
  })

  it('are called off by a signal', async () => {
    const reason = new Error('enough')
    await expect(shop.users.partitions(2, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})

describe('partitions() by ctid', () => {
  it('have each row once, where there is no key or it is asked for', async () => {
    const rows = await keyed.table(0, 3000)
    const keyless = new Rows(keyed.db, { ...rows.schema, primaryKey: [] })
    for (const parts of [await keyless.partitions(4), await rows.partitions(4, { by: 'ctid' })]) {
      const found = await values(parts)
      expect(sorted(found)).toEqual(numbers(3000))
      for (const part of found) expect(Math.abs(part.length - 750)).toBeLessThan(150)
      expect(parts[1]?.toSQL().sql).toContain('"ctid"')
      expect(await parts[1]?.explain()).toContain('Tid Range Scan')
    }
  })

  it('of an empty table are empty, and of few blocks some are', async () => {
    const rows = await keyed.table(0, 10)
    const parts = await values(await rows.partitions(3, { by: 'ctid' }))
    expect(sorted(parts)).toEqual(numbers(10))
    await keyed.sql(`truncate ${rows.schema.name}`)
    expect(await values(await rows.partitions(3, { by: 'ctid' }))).toEqual([[], [], []])
  })

  it('go to no other process', async () => {
    const rows = await keyed.table(0, 10)
    const [part] = await rows.partitions(2, { by: 'ctid' })
    expect(() => JSON.stringify(part)).toThrow('hold for one snapshot')
  })
})
