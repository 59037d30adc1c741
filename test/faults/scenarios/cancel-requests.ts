import assert from 'node:assert/strict'
import { sql } from 'kysely'
import { GOOD_ROWS, Numbers, Stalling } from '../../postgres/support/fault-tables.js'
import { loop, nameOf } from '../loop.js'
import { openBehindProxy } from '../outside-proxy.js'
import type { Scenario } from '../scenario.js'

/** A query of the server is cancelled over a connection of its own, which may fare otherwise than that of the query. */
export const cancelRequests: readonly Scenario[] = [
  {
    fault: 'The request to cancel a query is cut, or never answered; with a `signal`',
    async run(world) {
      const { db, proxy } = await openBehindProxy(world, { closeTimeoutMs: 300 })
      const outcomes = new Set<string>()
      for (const newcomers of ['cut', 'ignored'] as const) {
        const aborter = new AbortController()
        const reading = loop(new Stalling(db).aiterator({ chunkSize: GOOD_ROWS + 1, signal: aborter.signal }))
        await world.observer.untilAsleep()
        await proxy.tell({ newcomers })
        aborter.abort()
        const { rows, error } = await reading
        await proxy.tell({ newcomers: 'served' })
        // The server has not heard of it.
        await world.observer.terminateAll()
        assert.equal(rows, 0)
        outcomes.add(`${nameOf(error)} within \`closeTimeoutMs\`; the connection is closed`)
      }
      assert.equal(outcomes.size, 1)
      return [...outcomes].join()
    },
  },
  {
    fault: 'The network is slow when a query is cancelled; with a `signal`',
    async run(world) {
      const { db, proxy, pool } = await openBehindProxy(world)
      await sql`select 1`.execute(db)
      const [before] = (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)).rows
      const names = new Set<string>()
      for (const Table of [Stalling, Numbers]) {
        await proxy.tell({ fromServer: 'late', toServer: 'late' })
        const aborter = new AbortController()
        const reading = loop(
          new Table(db).aiterator({ chunkSize: GOOD_ROWS + 1, signal: aborter.signal }),
          () => aborter.abort(),
        )
        if (Table === Stalling) {
          await world.observer.untilAsleep()
          aborter.abort()
        }
        names.add(nameOf((await reading).error))
        await proxy.tell({ fromServer: 'passed', toServer: 'passed' })
        // Long enough for a request that is still on its way to meet it.
        const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid, pg_sleep(0.2)`.execute(db)
        assert.deepEqual(rows[0]?.pid, before?.pid)
      }
      assert.equal(pool.totalCount, 1)
      assert.equal(names.size, 1)
      return `${[...names].join()}; the next query on the connection is not the one that is cancelled`
    },
  },
]
