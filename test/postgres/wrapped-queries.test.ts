import { setTimeout as sleep } from 'node:timers/promises'
import { Kysely, sql } from 'kysely'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { SluiceDialect } from '../../src/index.js'
import {
  drain,
  Failing,
  failureOf,
  GOOD_ROWS,
  Numbers,
  ROWS,
  type FaultTables,
} from './support/fault-database.js'
import { useFaults } from './support/use-faults.js'

const faults = useFaults()

/** pg's query method, by what instrumentation does with it. */
type QueryMethod = (this: object, ...args: unknown[]) => unknown
type Config = { text?: string; values?: unknown[]; name?: string; callback?: (...args: unknown[]) => void }

/** What instrumentation makes of pg's query method. */
const wrappers: [string, (query: QueryMethod) => QueryMethod][] = [
  [
    'passes it on',
    (query) =>
      function (...args) {
        return query.apply(this, args)
      },
  ],
  [
    'copies it',
    (query) =>
      function (config, ...args) {
        return query.call(this, { ...(config as object) }, ...args)
      },
  ],
  [
    'copies it and adds a comment',
    (query) =>
      function (config, ...args) {
        const { text } = config as Config
        return query.call(this, { ...(config as object), text: `${text} /* traced */` }, ...args)
      },
  ],
  [
    'hands on a proxy',
    (query) =>
      function (config, ...args) {
        return query.call(this, new Proxy(config as object, {}), ...args)
      },
  ],
  [
    'hands on an heir',
    (query) =>
      function (config, ...args) {
        return query.call(this, Object.create(config as object) as object, ...args)
      },
  ],
  [
    'waits a tick',
    (query) =>
      function (...args) {
        return Promise.resolve().then(() => query.apply(this, args))
      },
  ],
  [
    'waits a while',
    (query) =>
      function (...args) {
        return sleep(3).then(() => query.apply(this, args))
      },
  ],
  [
    'wraps the callback and looks at the result',
    (query) =>
      function (config, ...args) {
        const each = config as Config
        const { callback } = each
        if (typeof callback === 'function') {
          each.callback = (error, result) => {
            if (!error) {
              const { rows, fields, rowCount, command } = result as pg.QueryResult
              String([rows.length, fields.length, rowCount, command])
            }
            callback(error, result)
          }
        }
        return query.call(this, config, ...args)
      },
  ],
]

describe.each(wrappers)('where a wrapper of pg %s', (_, wrap) => {
  class Wrapped extends pg.Client {}
  Object.defineProperty(Wrapped.prototype, 'query', {
    // Called on the clients that it is given back to.
    // eslint-disable-next-line @typescript-eslint/unbound-method
    value: wrap(pg.Client.prototype.query as unknown as QueryMethod),
  })
  const open = () => {
    const pool = new pg.Pool({ connectionString: faults.url, max: 2, Client: Wrapped })
    const db = new Kysely<FaultTables>({ dialect: new SluiceDialect({ pool, values: 'sluice' }) })
    return { db, [Symbol.asyncDispose]: () => db.destroy() }
  }

  test('streams are whole, in their own transaction and in one of the caller', async () => {
    await using opened = open()
    const { db } = opened
    expect(await drain(new Numbers(db).aiterator({ chunkSize: 700 }))).toBe(ROWS)
    const inside = db.transaction().execute(async (trx) => {
      const rows = await drain(new Numbers(trx).aiterator({ chunkSize: 3000 }), async (row) => {
        if (row.id % 4000 === 0) await new Numbers(trx).count()
      })
      return rows
    })
    expect(await inside).toBe(ROWS)
  })

  test('reads, writes and free-hand SQL are answered', async () => {
    await using opened = open()
    const { db } = opened
    expect(await new Numbers(db).count()).toBe(ROWS)
    expect((await sql<{ n: number }>`select ${1}::int4 as n`.execute(db)).rows).toEqual([{ n: 1 }])
    expect((await sql<{ n: number }>`select 2 as n`.execute(db)).rows).toEqual([{ n: 2 }])
    const id = 3000 + wrappers.findIndex(([, each]) => each === wrap)
    await db.insertInto('items').values({ id, payload: 'kept' }).execute()
    expect(await faults.observer.query(`select id from items where id = ${id}`)).toEqual([{ id }])
  })

  test('failures are those of the server, and the connection is free after them', async () => {
    await using opened = open()
    const { db } = opened
    await expect(sql`select no_such_column`.execute(db)).rejects.toMatchObject({ code: '42703' })
    expect(await failureOf(drain(new Failing(db).aiterator({ chunkSize: GOOD_ROWS })))).toMatchObject({
      sqlState: '22012',
    })
    expect(await drain(new Numbers(db).aiterator())).toBe(ROWS)
  })

  test('loops that are left free their connection', async () => {
    await using opened = open()
    for (let round = 0; round < 5; round++) {
      for await (const row of new Numbers(opened.db).aiterator({ chunkSize: 10 })) if (row.id === 25) break
    }
    expect(await new Numbers(opened.db).count()).toBe(ROWS)
  })
})
