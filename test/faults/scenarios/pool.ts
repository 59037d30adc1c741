import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '../../../src/index.js'
import { Numbers, type FaultTables } from '../../postgres/support/fault-tables.js'
import { loop, nameOf } from '../loop.js'
import type { ScenarioGroup } from '../scenario.js'
import { relatedNumbers } from '../tables.js'
import { poolSettings } from './pool-settings.js'

export const pool: ScenarioGroup = {
  heading: 'The pool',
  scenarios: [
    {
      fault: '20 streams want its 3 connections, with and without prefetch',
      async run(world) {
        const { db, pool } = world.open({ max: 3 })
        const some = relatedNumbers(db).filter({ id: { lte: 60 } })
        const streams = Array.from({ length: 20 }, (_, index) =>
          index % 2 === 0
            ? loop(some.aiterator({ chunkSize: 7 }))
            : // What is there to prefetch goes without a type: the table is made up.
              loop(some.prefetchRelated('same' as never).aiterator({ chunkSize: 7 })),
        )
        const errors = new Set<string>()
        for (const { rows, error } of await Promise.all(streams)) {
          assert.equal(rows, 60)
          errors.add(nameOf(error))
        }
        assert.equal(pool.totalCount, 3)
        return `they take turns: ${[...errors].join(', ')}, and each receives all rows`
      },
    },
    {
      fault: 'It is exhausted by streams, and another one begins',
      async run(world) {
        const { db } = world.open({ acquireTimeoutMs: 1500 })
        const holder = relatedNumbers(db)
          .prefetchRelated('same' as never)
          .aiterator({ chunkSize: 10 })
        await holder.next()
        const { error } = await loop(new Numbers(db).aiterator())
        assert.match(
          String(error?.message),
          /within 1500 ms \(acquireTimeoutMs\).*\n.*from "public"\."numbers".*open for .* s, 10 rows read/,
        )
        // The worker of iterator() has connections of its own.
        for (const row of new Numbers(db).iterator({ chunkSize: 10 })) if (row.id === 15) break
        await holder.return()
        return `${nameOf(error)} after \`acquireTimeoutMs\`, which names the open streams`
      },
    },
    {
      fault: '`destroy()` while a stream waits for a connection',
      async run(world) {
        const opened = world.open({ acquireTimeoutMs: 60_000 })
        const holder = new Numbers(opened.db).aiterator({ chunkSize: 10 })
        await holder.next()
        const waiting = loop(new Numbers(opened.db).aiterator())
        while (opened.pool.waitingCount === 0) await sleep(1)
        await opened.db.destroy()
        const { error } = await waiting
        assert.match(String(error?.message), /closed/)
        const { error: after } = await loop(new Numbers(opened.db).aiterator())
        assert.match(String(after?.message), /database is closed/)
        // Else it would be dropped before its end, with a warning.
        await holder.return()
        world.forget(opened)
        return `${nameOf(error)} at once; a stream that is begun after it: ${nameOf(after)} at once`
      },
    },
    {
      fault: '`pool.end()` is called beside us, under a stream and while another waits',
      async run(world) {
        const opened = world.open({ acquireTimeoutMs: 1500 })
        const { db, pool } = opened
        let ended: Promise<unknown> | undefined
        const waiting: ReturnType<typeof loop>[] = []
        const { rows, error } = await loop(new Numbers(db).aiterator({ chunkSize: 10 }), async (_, count) => {
          if (count !== 15) return
          waiting.push(loop(new Numbers(db).aiterator()))
          while (pool.waitingCount === 0) await sleep(1)
          ended = pool.end()
        })
        assert.equal(rows, 10_000)
        await ended
        const { error: waited } = (await waiting[0])!
        const { error: after } = await loop(new Numbers(db).aiterator())
        world.forget(opened)
        return (
          `${nameOf(error)}, and all rows; the one that waits: ${nameOf(waited)} within \`acquireTimeoutMs\`; ` +
          `one that is begun after it: ${nameOf(after)}`
        )
      },
    },
    {
      fault: '`pool.end()` is called before our `destroy()`',
      async run(world) {
        const opened = world.open()
        await loop(new Numbers(opened.db).filter({ id: 1 }).aiterator())
        for (const row of new Numbers(opened.db).filter({ id: 1 }).iterator()) assert.equal(row.id, 1)
        await opened.pool.end()
        const outcome = await opened.db.destroy().then(
          () => undefined,
          (reason: Error) => reason,
        )
        world.forget(opened)
        return `${nameOf(outcome)}; every connection is closed`
      },
    },
    {
      fault: 'A connection is lost while it is idle in it',
      async run(world) {
        const { db, pool } = world.open({ max: 2 })
        await Promise.all([1, 2].map(() => loop(new Numbers(db).aiterator())))
        assert.equal(pool.totalCount, 2)
        await world.observer.terminateAll()
        while (pool.totalCount > 0) await sleep(1)
        const { rows, error } = await loop(new Numbers(db).aiterator())
        assert.equal(rows, 10_000)
        return `${nameOf(error)}: the pool makes a new one`
      },
    },
    {
      fault: 'A client or the pool has error listeners of yours, and a connection is lost under a stream',
      async run(world) {
        const { db, pool } = world.open()
        const heard: string[] = []
        pool.on('error', () => heard.push('pool'))
        pool.on('connect', (client) => client.on('error', () => heard.push('client')))
        const { error } = await loop(new Numbers(db).aiterator({ chunkSize: 10 }), async (_, count) => {
          if (count !== 15) return
          await world.observer.terminateAll()
          // What the server says last is lost when something is sent to it that it does not read.
          await world.observer.untilStates()
        })
        assert.deepEqual(new Set(heard), new Set(['client']))
        return `${nameOf(error)} in the loop; the listeners of the client are called too`
      },
    },
    ...poolSettings,
    {
      fault: '`close()` of `connect()` without any query, and twice',
      async run(world) {
        const db = connect<FaultTables>({ connectionString: world.url, application_name: world.name })
        await Promise.all([db.close(), db.close()])
        await db.close()
        const used = connect<FaultTables>({ connectionString: world.url, application_name: world.name })
        await loop(new Numbers(used).filter({ id: 1 }).aiterator())
        await Promise.all([used.close(), used.destroy()])
        await used.close()
        await world.observer.untilStates()
        return 'nothing: it can be called at any time'
      },
    },
  ],
}
