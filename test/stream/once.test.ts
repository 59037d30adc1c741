import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasServerLog, serverLog } from '../support/database.js'
import { openShop, type Shop } from '../support/shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop({ users: 100, connect: { max: 1 } })
})
afterAll(() => shop[Symbol.asyncDispose]())

describe('a consumed iterator', () => {
  it('yields nothing more, asynchronously', async () => {
    const rows = shop.users.aiterator({ chunkSize: 30 })
    let first = 0
    for await (const _ of rows) first++
    let second = 0
    for await (const _ of rows) second++
    expect([first, second]).toEqual([100, 0])
    expect(await rows.next()).toEqual({ done: true, value: undefined })
  })

  it('yields nothing more after break', async () => {
    const rows = shop.users.aiterator({ chunkSize: 30, batchYieldSize: 10 })
    for await (const _ of rows) break
    for await (const _ of rows) expect.unreachable()
  })

  it('yields nothing more, synchronously', () => {
    const rows = shop.users.iterator({ chunkSize: 30 })
    expect([...rows]).toHaveLength(100)
    expect([...rows]).toEqual([])
    expect(rows.next()).toEqual({ done: true, value: undefined })
  })

  it('ends with an error only once', async () => {
    await using broken = await openShop()
    await broken.sql('drop table users cascade')
    const rows = broken.users.aiterator()
    await expect(rows.next()).rejects.toThrow('users')
    expect(await rows.next()).toEqual({ done: true, value: undefined })
  })
})

describe('an iterator that was never started', () => {
  it('holds no connection, and closes without one', async () => {
    const rows = Array.from({ length: 20 }, () => shop.users.aiterator())
    expect(await shop.users.count()).toBe(100)
    for (const each of rows) expect(await each.return()).toEqual({ done: true, value: undefined })
    const sync = shop.users.iterator()
    sync.return()
    expect([...sync]).toEqual([])
  })
})

describe.skipIf(!hasServerLog)('each call', () => {
  it('is a query of its own, and neither reads nor fills the cache', async () => {
    const queryset = shop.users.filter({ isActive: true })
    const log = serverLog(shop.database)
    const mark = await log.mark()
    for (let round = 0; round < 2; round++) for await (const _ of queryset.aiterator()) void _
    for (const _ of queryset.iterator()) void _
    await queryset.toArray()
    await queryset.toArray()
    for await (const _ of queryset.aiterator()) void _
    const reads = (await log.statementsSince(mark)).filter(({ sql }) => sql.includes('"users"'))
    expect(reads.filter(({ kind }) => kind === 'execute')).toHaveLength(5)
    expect(reads.filter(({ kind }) => kind === 'simple')).toEqual([])
  })
})

describe('none()', () => {
  it('streams nothing and sends nothing', async () => {
    await using lonely = await openShop()
    for await (const _ of lonely.users.none().aiterator()) expect.unreachable()
    for (const _ of lonely.users.none().iterator({ batchYieldSize: 2 })) expect.unreachable()
    expect(await lonely.states()).toEqual([])
  })
})
