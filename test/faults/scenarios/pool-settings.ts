import assert from 'node:assert/strict'
import { Kysely } from 'kysely'
import pg from 'pg'
import { SluiceDialect } from '../../../src/index.js'
import { Numbers, type FaultTables } from '../../postgres/support/fault-tables.js'
import { loop, nameOf } from '../loop.js'
import type { Scenario } from '../scenario.js'

/** Functions among the settings that fail. */
export const poolSettings: readonly Scenario[] = [
  {
    fault: '`onCreateConnection` or `onReserveConnection` throws',
    async run(world) {
      const names = new Set<string>()
      for (const hook of ['onCreateConnection', 'onReserveConnection'] as const) {
        let failing: Error | undefined = new Error('from the hook')
        const { db, pool } = world.open({
          [hook]: async () => {
            await Promise.resolve()
            if (failing !== undefined) throw failing
          },
        })
        const { rows, error } = await loop(new Numbers(db).aiterator())
        assert.equal(rows, 0)
        assert.ok(error === failing || error?.cause === failing)
        assert.equal(pool.totalCount, 0)
        names.add(nameOf(error))
        // It is called again for the next connection.
        failing = undefined
        assert.deepEqual(await loop(new Numbers(db).aiterator()), { rows: 10_000, error: undefined })
      }
      return `${[...names].join(', ')}, the one it threw; the connection is closed, and the next one tried anew`
    },
  },
  {
    fault: 'The pool is a function that rejects',
    async run(world) {
      const failing = new Error('no secret today')
      let attempts = 0
      const settings = { connectionString: world.url, application_name: world.name, max: 1 }
      const dialect = new SluiceDialect({
        pool: () => (++attempts < 3 ? Promise.reject(failing) : Promise.resolve(new pg.Pool(settings))),
      })
      const db = new Kysely<FaultTables>({ dialect })
      const first = await loop(new Numbers(db).aiterator())
      const second = await loop(new Numbers(db).aiterator())
      assert.deepEqual([first.error, second.error], [failing, failing])
      const { rows } = await loop(new Numbers(db).aiterator())
      assert.equal(rows, 10_000)
      await db.destroy()
      assert.equal(attempts, 3)
      return `${nameOf(first.error)}, the one it rejected with; the next query asks for the pool again`
    },
  },
  {
    fault: 'The server refuses the connection, or is not there',
    async run(world) {
      const outcomes = new Set<string>()
      const wrong = (change: (url: URL) => void) => {
        const url = new URL(world.url)
        change(url)
        return url.href
      }
      for (const url of [
        wrong((each) => (each.pathname = '/there_is_no_such_database')),
        wrong((each) => (each.port = '1')),
      ]) {
        const opened = world.open({ url })
        for (const form of ['aiterator', 'iterator'] as const) {
          const { rows, error } = await loop(new Numbers(opened.db)[form]())
          assert.equal(rows, 0)
          assert.match(String(error?.message), /Cannot connect to the database/)
          outcomes.add(nameOf(error))
        }
        await opened.db.destroy()
        world.forget(opened)
      }
      return `${[...outcomes].join(', or ')}. The same in both forms`
    },
  },
]
