import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import pg from 'pg'
import { openShop, type Shop } from '../support/shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop({ users: 5000, connect: { max: 1 } })
})
afterAll(() => shop[Symbol.asyncDispose]())

afterEach(async () => {
  expect(await shop.states(), 'no transaction of ours is open').not.toContain('idle in transaction')
  expect(await shop.users.filter({ id: 1 }).count(), 'a pool of one is usable').toBe(1)
  await shop.sql('alter table users add column extra text; alter table users drop column extra')
})

describe('leaving an aiterator loop', () => {
  it('by break', async () => {
    for await (const user of shop.users.aiterator({ chunkSize: 10 })) {
      expect(user.email).toContain('@')
      break
    }
    expect(await shop.states()).toEqual(['idle'])
  })

  it('by a throw in the body, whose error surfaces', async () => {
    const failure = new Error('the body failed')
    const loop = async () => {
      for await (const _ of shop.users.aiterator({ chunkSize: 10, batchYieldSize: 3 })) throw failure
    }
    await expect(loop()).rejects.toBe(failure)
    expect(await shop.states()).toEqual(['idle'])
  })

  it('by return from the function around it', async () => {
    const findOne = async () => {
      for await (const user of shop.users.aiterator({ chunkSize: 10 })) return user
      return undefined
    }
    expect(await findOne()).toBeDefined()
    expect(await shop.states()).toEqual(['idle'])
  })

  it('by await using', async () => {
    {
      await using rows = shop.users.aiterator({ chunkSize: 10 })
      expect((await rows.next()).done).toBe(false)
      // Idle, or at the fetch ahead.
      expect(await shop.states()).toEqual([expect.stringMatching(/^(idle in transaction|active)$/)])
    }
    expect(await shop.states()).toEqual(['idle'])
  })

  it('by its end', async () => {
    let rows = 0
    for await (const _ of shop.users.aiterator({ chunkSize: 999 })) rows++
    expect(rows).toBe(5000)
    expect(await shop.states()).toEqual(['idle'])
  })

  it('by a signal, with its reason', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const rows: unknown[] = []
    const loop = async () => {
      for await (const user of shop.users.aiterator({ chunkSize: 10, signal: controller.signal })) {
        rows.push(user)
        if (rows.length === 25) controller.abort(reason)
      }
    }
    await expect(loop()).rejects.toBe(reason)
    expect(rows).toHaveLength(25)
    expect(await shop.states()).toEqual(['idle'])
  })

  it('by a signal that was aborted before the first step: nothing is sent', async () => {
    const rows = shop.users.aiterator({ signal: AbortSignal.abort(new Error('too late')) })
    await expect(rows.next()).rejects.toThrow('too late')
  })

  it('by a signal while the server is at work: the query is cancelled there', async () => {
    const controller = new AbortController()
    const locker = new pg.Client(shop.database.url)
    await locker.connect()
    await locker.query('begin; lock table users in access exclusive mode')
    const rows = shop.users.aiterator({ signal: controller.signal })
    const next = rows.next()
    await expect.poll(() => shop.states()).toContain('active')
    controller.abort(new Error('stop'))
    await expect(next).rejects.toThrow('stop')
    expect(await shop.states()).not.toContain('active')
    await locker.end()
  })
})

describe('leaving an iterator loop', () => {
  it('by break', async () => {
    for (const user of shop.users.iterator({ chunkSize: 10 })) {
      expect(user.email).toContain('@')
      break
    }
    expect(await shop.states()).not.toContain('idle in transaction')
  })

  it('by a throw in the body, whose error surfaces', () => {
    const failure = new Error('the body failed')
    const loop = () => {
      for (const _ of shop.users.iterator({ chunkSize: 10, batchYieldSize: 3 })) throw failure
    }
    expect(loop).toThrow(failure)
  })

  it('by using', async () => {
    {
      using rows = shop.users.iterator({ chunkSize: 10 })
      expect(rows.next().done).toBe(false)
      expect(await shop.states()).toContain('idle in transaction')
    }
    expect(await shop.states()).not.toContain('idle in transaction')
  })

  it('by its end', () => {
    let rows = 0
    for (const _ of shop.users.iterator({ chunkSize: 999 })) rows++
    expect(rows).toBe(5000)
  })

  it('by a signal, looked at before each row', () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const rows: unknown[] = []
    const loop = () => {
      for (const user of shop.users.iterator({ chunkSize: 10, signal: controller.signal })) {
        rows.push(user)
        if (rows.length === 25) controller.abort(reason)
      }
    }
    expect(loop).toThrow(reason)
    expect(rows).toHaveLength(25)
  })
})
