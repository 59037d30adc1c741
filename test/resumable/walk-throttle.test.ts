import { readFileSync } from 'node:fs'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connect, walkStore, type Database, type WalkEvent, type WalkStore } from 'sluice'
import { repositories, type DB } from '../../generated/index.js'
import { Gate, heldThrottle } from '../../src/queryset/walk/throttle.js'
import { startWithStandby } from '../faults/standby-server.js'
import type { World } from '../faults/world.js'
import { openShop, type Shop } from '../queryset/shop.js'

const schema = new URL('../../schema.sql', import.meta.url)

let shop: Shop
beforeEach(async () => {
  shop = await openShop(`INSERT INTO companies (name) SELECT 'c' || i FROM generate_series(10, 19) i`)
})
afterEach(() => shop[Symbol.asyncDispose]())

async function walk(more: object, db: Database<DB> = shop.db) {
  const store = walkStore(db)
  await store.create()
  const events: WalkEvent[] = []
  const onEvent = (event: WalkEvent) => void events.push(event)
  const result = await repositories(db).companies.walk(
    { name: 'x', store, batchSize: 4, onEvent, ...more },
    () => {},
  )
  return { result, types: events.map(({ type }) => type).join(' ') }
}

describe('throttle', () => {
  it('has a walk give way before a batch as long as a function says so', async () => {
    const answers = [false, true, true, true, false, true]
    let asked = 0
    const when = () => answers[asked++] ?? false
    const { types } = await walk({ throttle: { when, everyMs: 1, pauseMs: 1 } })
    expect(types).toBe('started batch throttled batch throttled batch completed')
    expect(asked).toBe(7)
  })

  it('is a function alone, asked once in a while', async () => {
    let asked = 0
    const throttle = () => Promise.resolve(asked++ < 0)
    expect((await walk({ throttle })).types).toBe('started batch batch batch completed')
    expect(asked).toBe(1)
  })

  it('keeps the walk while it waits, and ends with the signal', async () => {
    const signal = AbortSignal.timeout(400)
    const other = walkStore(shop.open())
    const leases: unknown[] = []
    const look = setInterval(() => {
      void other.status('x').then((status) => status !== null && leases.push(status.state))
    }, 40)
    const throttle = { when: () => true, pauseMs: 60_000 }
    const { result, types } = await walk({ throttle, signal, leaseMs: 100 })
    clearInterval(look)
    expect(result).toMatchObject({ outcome: 'interrupted', rows: 0 })
    expect(types).toBe('started throttled interrupted')
    expect(leases.length).toBeGreaterThan(2)
    expect(new Set(leases)).toEqual(new Set(['running']))
  })

  it('that throws ends the walk', async () => {
    const when = () => Promise.reject(new Error('no gauge'))
    await expect(walk({ throttle: { when } })).rejects.toThrow('no gauge')
  })

  it('has nothing to wait for where there are no replicas', async () => {
    const { types } = await walk({ throttle: { maxLagMs: 1, maxLagBytes: 1, everyMs: 1 } })
    expect(types).toBe('started batch batch batch completed')
  })

  it.each([
    ['bytes', { maxLagBytes: 50_000 }],
    ['milliseconds', { maxLagMs: 50 }],
  ])('gives way to a replica that lags by %s, until it has caught up', async (_, throttle) => {
    const ends: (() => unknown)[] = []
    // All that is needed of one.
    const world = { atEnd: (end: () => unknown) => void ends.unshift(end) } as unknown as World
    try {
      const { primary, standbyUrl } = await startWithStandby(world)
      const db = connect<DB>({ connectionString: primary.url })
      ends.unshift(() => db.close())
      const standby = new Client(standbyUrl)
      await standby.connect()
      ends.unshift(() => standby.end())
      const writer = new Client(primary.url)
      await writer.connect()
      ends.unshift(() => writer.end())
      await writer.query(readFileSync(schema, 'utf8'))
      await writer.query(`INSERT INTO companies (name) SELECT 'c' || i FROM generate_series(10, 19) i`)
      await standby.query('SELECT pg_wal_replay_pause()')
      const paused: WalkEvent[] = []
      const store = walkStore(db)
      await store.create()
      const walked = repositories(db).companies.walk(
        {
          ...{ name: 'x', store, batchSize: 4 },
          throttle: { ...throttle, pauseMs: 20, everyMs: 1 },
          onEvent: (event) => {
            if (event.type !== 'throttled') return
            paused.push(event)
            void standby.query('SELECT pg_wal_replay_resume()')
          },
        },
        async () => {
          await writer.query('CREATE TABLE IF NOT EXISTS wal (text text)')
          await writer.query(`INSERT INTO wal SELECT repeat('x', 99) FROM generate_series(1, 1000)`)
          await new Promise((resolve) => setTimeout(resolve, 60))
        },
      )
      expect(await walked).toMatchObject({ outcome: 'completed' })
      expect(paused.length).toBeGreaterThan(0)
    } finally {
      for (const end of ends) await end()
    }
  })

  it('says so where it cannot see how far replicas lag', async () => {
    const ask = () => Promise.resolve([{ written: '9', replayed: null, is_hidden: true }])
    const gate = new Gate(heldThrottle({ maxLagMs: 1 }), { ask: ask as unknown as WalkStore['ask'] })
    await expect(gate.isClosed(false)).rejects.toThrow(/rights of pg_monitor alone/)
  })
})
