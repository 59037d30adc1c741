import assert from 'node:assert/strict'
import { CompiledQuery, type Kysely, type QueryResult } from 'kysely'
import { failureOf, Numbers, type FaultTables } from '../../postgres/support/fault-tables.js'
import { loop, nameOf } from '../loop.js'
import { readByEveryPath } from '../paths.js'
import type { Scenario } from '../scenario.js'
import { tableOf } from '../tables.js'

const list = (length: number) => Array.from({ length }, (_, index) => index)

/** Streamed to no row, no column, or no result at all, and what it is. */
const odd: readonly (readonly [sql: string, rows: readonly unknown[]])[] = [
  ['', []],
  ['-- nothing', []],
  ['select 1 as a where false', []],
  ['select from generate_series(1, 5)', [{}, {}, {}, {}, {}]],
  ['select 1 as a, 2 as a, 3 as b', [{ a: 2, b: 3 }]],
  ['select null as a, null::int as b, null::json as c', [{ a: null, b: null, c: null }]],
  [
    "values (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd')",
    [1, 2, 3, 4].map((id) => ({ column1: id, column2: 'xabcd'[id] })),
  ],
  ['show standard_conforming_strings', [{ standard_conforming_strings: 'on' }]],
  ['explain (costs off) select 1', [{ 'QUERY PLAN': 'Result' }]],
  ["set lock_timeout = '60s'", []],
  ['create temporary table odd (id int, payload text)', []],
  ['copy (select 1) to stdout', []],
  ['begin', []],
  ['commit', []],
  ['rollback', []],
  ["insert into odd select n, 'x' from generate_series(1, 7) n", []],
  ["update odd set payload = 'y' returning payload", list(7).map(() => ({ payload: 'y' }))],
  ['with gone as (delete from odd returning id) select count(*)::int as n from gone', [{ n: 7 }]],
]

const failing: readonly (readonly [sql: string, sqlState: string])[] = [
  ['select 1; select 2', '42601'],
  ['copy items from stdin', '57014'],
  ['vacuum items', '25001'],
  ['select $1', '08P01'],
  ['select 1 / (5 - n) from generate_series(1, 9) n', '22012'],
]

/** Results of few rows and many columns, and of none. */
export const shapes: readonly Scenario[] = [
  {
    fault: 'A table has 1,600 columns, the most that PostgreSQL takes',
    async run(world) {
      const { db } = world.open()
      const name = `${world.name}_wide`
      const columns = ['id', ...list(1599).map((index) => `c${index}`)]
      await world.observer.query(`
        create table ${name} (${columns.map((column) => `${column} int4`).join()});
        insert into ${name} select ${columns.map((_, index) => `n + ${index}`).join()} from generate_series(1, 30) n`)
      const types = Object.fromEntries(columns.map((column) => [column, 'int4']))
      const table = tableOf<{ id: number }>(db, name, types as { id: string })
      const rows = list(30).map((row) =>
        Object.fromEntries(columns.map((column, index) => [column, row + 1 + index])),
      )
      assert.deepEqual(await readByEveryPath(() => table.all()), rows)
      await world.observer.query(`drop table ${name}`)
      return 'its rows arrive by every path'
    },
  },
  {
    fault: 'A result has no row, one row, or as many as a chunk or a batch',
    async run(world) {
      const { db } = world.open()
      for (const form of ['aiterator', 'iterator'] as const) {
        for (const size of [0, 1, 9, 10, 11, 20, 21]) {
          const some = new Numbers(db).filter({ id: { lte: size } })
          assert.deepEqual(await loop(some[form]({ chunkSize: 10 })), { rows: size, error: undefined })
          const lengths: number[] = []
          const batches = some[form]({ chunkSize: 5, batchYieldSize: 10 })
          const { rows } = await loop(batches, (batch) => lengths.push((batch as readonly unknown[]).length))
          assert.equal(rows, size)
          const whole = list(Math.floor(size / 10)).map(() => 10)
          assert.deepEqual(lengths, size % 10 === 0 ? whole : [...whole, size % 10])
        }
      }
      return 'each row once, and no empty batch. The same in both forms'
    },
  },
  {
    fault: 'A statement that is streamed has no columns, no rows or no result, or is not one to stream',
    async run(world) {
      const { db } = world.open()
      for (const [sql, rows] of odd) assert.deepEqual(await rowsOf(db, sql), rows, sql)
      const names = new Set<string>()
      for (const [sql, sqlState] of failing) {
        const error = await failureOf(rowsOf(db, sql))
        assert.ok(nameOf(error).includes(sqlState), sql)
        names.add(nameOf(error).replace(sqlState, '').trim())
      }
      return `the rows that it has; what cannot be streamed: ${[...names].join(', ')} with the SQLSTATE of the server`
    },
  },
]

/** The rows of a free-hand stream, three at a time. */
async function rowsOf(db: Kysely<FaultTables>, sql: string): Promise<unknown[]> {
  const rows: unknown[] = []
  const chunks: AsyncIterable<QueryResult<unknown>> = db.getExecutor().stream(CompiledQuery.raw(sql), 3)
  for await (const chunk of chunks) rows.push(...chunk.rows)
  return rows
}
