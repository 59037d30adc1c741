import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { QueryTrace } from 'sluice'
import { openShop, type Shop } from '../support/shop.js'
import { listen } from './heard.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop({ users: 250 })
})
afterAll(async () => {
  await shop[Symbol.asyncDispose]()
})

function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

const OVER = ['start', 'end', 'asyncStart', 'asyncEnd']

describe.each(['aiterator', 'iterator'] as const)('sluice:query of %s', (form) => {
  it('hears of one statement, with all its chunks and without the body of the loop', async () => {
    using heard = listen()
    for await (const _ of shop.users[form]({ chunkSize: 100, batchYieldSize: 50 })) block(60)
    expect(heard.events).toEqual(OVER)
    expect(heard.traces).toMatchObject([
      {
        kind: 'stream',
        isSync: form === 'iterator',
        operation: 'SELECT',
        table: 'public.users',
        rows: 250,
        chunks: 3,
        parameterCount: 0,
        server: { database: new URL(shop.database.url).pathname.slice(1) },
      },
    ])
    const { fetchMs, durationMs = NaN, firstRowMs = NaN, waitMs = 0 } = heard.traces[0] ?? expect.fail()
    expect(durationMs - fetchMs - waitMs).toBeGreaterThan(5 * 60)
    expect(firstRowMs).toBeLessThan(durationMs)
  })

  it('hears of nothing before the first step, and of none()', async () => {
    using heard = listen()
    shop.users[form]()
    for await (const _ of shop.users.none()[form]());
    expect(heard.events).toEqual([])
  })

  it('is over when the loop is left', async () => {
    using heard = listen()
    for await (const _ of shop.users[form]({ chunkSize: 100 })) break
    expect(heard.events).toEqual(OVER)
    expect(heard.traces).toMatchObject([{ rows: 100, chunks: 1 }])
    expect(heard.traces[0]).not.toHaveProperty('error')
  })

  it('hears of prefetches, once for each chunk', async () => {
    using heard = listen()
    for await (const _ of shop.users.prefetchRelated('orders')[form]({ chunkSize: 100 }));
    expect(heard.names()).toEqual([
      'stream SELECT public.users',
      ...new Array<string>(3).fill('prefetch SELECT public.orders'),
    ])
    expect(heard.traces.map(({ isSync }) => isSync)).toEqual(new Array(4).fill(form === 'iterator'))
    expect(heard.events.filter((name) => name === 'asyncEnd')).toHaveLength(4)
  })

  it('hears of failures, by the error that the loop gets', async () => {
    const aborted = AbortSignal.abort(new Error('enough'))
    const failing = [
      () => shop.users.filter({ name: { regex: '(' } })[form](),
      () => shop.users[form]({ signal: aborted }),
      () => shop.users[form]({ onProgress: () => expect.fail('no') }),
    ]
    for (const start of failing) {
      using heard = listen()
      const error = await (async () => {
        for await (const _ of start());
      })().catch((met: unknown) => met)
      expect(error).toBeInstanceOf(Error)
      // Called off before it began, it was none.
      if (error === aborted.reason) expect(heard.events).toEqual([])
      else expect(heard.traces[0]?.error).toBe(error)
    }
  })

  it('sends its statement where a subscriber says, and runs the body elsewhere', async () => {
    using heard = listen()
    let depth = 0
    const depths: number[] = []
    const within: QueryTrace['within'] = (task) => {
      depth++
      depths.push(depth)
      try {
        return task()
      } finally {
        depth--
      }
    }
    heard.traces.push = (trace: QueryTrace) => {
      trace.within = within
      return 1
    }
    for await (const _ of shop.users[form]({ chunkSize: 100 })) expect(depth).toBe(0)
    expect(depths).toEqual([1, 1, 1, 1])
  })
})
