import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ref, value } from 'sluice'
import { DIALECTS, type OnDialect, openOn, START_MS } from './dialects.js'

describe.each(DIALECTS)('streams on the dialect of %s', (name) => {
  let shop: OnDialect
  beforeAll(async () => {
    shop = await openOn(name, { users: 300 })
  }, START_MS)
  afterAll(() => shop[Symbol.asyncDispose]())

  it('yield all rows in their order, whatever the size of a chunk', async () => {
    for (const chunkSize of [undefined, 70, 300, 301, Infinity]) {
      const ids: number[] = []
      const options = chunkSize === undefined ? {} : { chunkSize }
      for await (const { id } of shop.users.orderBy('-id').aiterator(options)) ids.push(Number(id))
      expect(ids).toEqual(Array.from({ length: 300 }, (_, index) => 300 - index))
    }
    expect(await shop.busy()).toBe(0)
  })

  it('yield batches of exactly the size that is asked for', async () => {
    const sizes: number[] = []
    for await (const batch of shop.users.orderBy('id').aiterator({ chunkSize: 13, batchYieldSize: 90 }))
      sizes.push(batch.length)
    expect(sizes).toEqual([90, 90, 90, 30])
  })

  it('yield nothing of a queryset that has nothing', async () => {
    for await (const _ of shop.users.filter({ id: -1 }).aiterator()) expect.unreachable()
    for await (const _ of shop.users.none().aiterator()) expect.unreachable()
  })

  it('yield nothing more once they were consumed', async () => {
    const rows = shop.users.aiterator({ chunkSize: 100 })
    let count = 0
    for await (const _ of rows) count++
    for await (const _ of rows) count++
    expect(count).toBe(300)
    expect(await rows.next()).toEqual({ done: true, value: undefined })
  })

  it('give their connection back when the loop is left, and when it throws', async () => {
    for (let turn = 0; turn < 2; turn++) {
      for await (const _ of shop.users.aiterator({ chunkSize: 10 })) break
      const failed = new Error('of the loop')
      const loop = async () => {
        for await (const _ of shop.users.aiterator({ chunkSize: 10, batchYieldSize: 4 })) throw failed
      }
      await expect(loop()).rejects.toBe(failed)
    }
    expect(await shop.busy()).toBe(0)
    expect(await shop.users.count()).toBe(300)
  })

  it('let the loop read and write beside them', async () => {
    let loops = 0
    for await (const { id } of shop.users
      .filter({ id: { lte: 12 } })
      .orderBy('id')
      .aiterator({ chunkSize: 4 })) {
      expect(await shop.users.filter({ id }).update({ name: `seen ${String(id)}` })).toBe(1)
      loops++
    }
    expect(loops).toBe(12)
    expect(await shop.users.filter({ name: { startsWith: 'seen' } }).count()).toBe(12)
  })

  it('tell of their progress', async () => {
    const told: number[] = []
    const onProgress = ({ rows }: { rows: number }) => told.push(rows)
    for await (const _ of shop.users.aiterator({ chunkSize: 130, onProgress }));
    expect(told).toEqual([130, 260, 300])
  })

  it('end with the reason of their signal, between two fetches at the latest', async () => {
    const reason = new Error('enough')
    const aborting = new AbortController()
    const loop = async () => {
      for await (const { id } of shop.users
        .orderBy('id')
        .aiterator({ chunkSize: 10, signal: aborting.signal }))
        if (Number(id) === 5) aborting.abort(reason)
    }
    await expect(loop()).rejects.toBe(reason)
    await expect(loop()).rejects.toBe(reason)
    expect(await shop.busy()).toBe(0)
  })

  it('end with what the server says, and leave the database usable', async () => {
    const broken = shop.users.annotate({ one: value(1).dividedBy(ref('id').minus(200)) }).orderBy('id')
    const loop = async () => {
      let seen = 0
      for await (const _ of broken.aiterator({ chunkSize: 100 })) seen++
      return seen
    }
    await expect(loop()).rejects.toMatchObject({ name: 'QueryError', sqlState: '22012' })
    expect(await shop.busy()).toBe(0)
    expect(await shop.users.count()).toBe(300)
  })

  it('run beside each other', async () => {
    const names = async () => {
      const all: string[] = []
      for await (const user of shop.users.orderBy('id').aiterator({ chunkSize: 100 })) all.push(user.name)
      return all
    }
    const [one = [], ...others] = await Promise.all([names(), names(), names()])
    expect(one).toHaveLength(300)
    for (const each of others) expect(each).toEqual(one)
  })

  it('see one snapshot, whatever is written beside them', async () => {
    const seen: string[] = []
    for await (const { id, name } of shop.users
      .filter({ id: { lte: 20 } })
      .orderBy('id')
      .aiterator({ chunkSize: 2 })) {
      if (seen.length === 0) await shop.users.filter({ id: { lte: 20, gt: id } }).update({ name: 'Changed' })
      seen.push(name)
    }
    expect(seen).not.toContain('Changed')
  })
})
