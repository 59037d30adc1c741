import { CompiledQuery, type Kysely, type QueryResult } from 'kysely'
import { expect, test } from 'vitest'
import { failureOf, open, type FaultTables } from './support/fault-database.js'
import { useFaults } from './support/use-faults.js'

const faults = useFaults()

/** The rows of a free-hand stream, three at a time. */
async function rowsOf(db: Kysely<FaultTables>, sql: string): Promise<unknown[]> {
  const rows: unknown[] = []
  const chunks: AsyncIterable<QueryResult<unknown>> = db.getExecutor().stream(CompiledQuery.raw(sql), 3)
  for await (const chunk of chunks) rows.push(...chunk.rows)
  return rows
}

const list = (length: number) => Array.from({ length }, (_, index) => index)

test.each<[sql: string, rows: unknown[]]>([
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
  [
    `select ${list(1600)
      .map((n) => `${n} as c${n}`)
      .join()}`,
    [Object.fromEntries(list(1600).map((n) => [`c${n}`, n]))],
  ],
  ["set application_name = 'odd'", []],
  ['create temporary table odd (id int)', []],
  ['copy (select 1) to stdout', []],
  ['begin', []],
  ['commit', []],
  ['rollback', []],
  ["insert into items select n, 'x' from generate_series(1, 7) n", []],
  ["update items set payload = 'y' returning payload", list(7).map(() => ({ payload: 'y' }))],
  ['with gone as (delete from items returning id) select count(*)::int as n from gone', [{ n: 7 }]],
])('%.60s can be streamed', async (sql, rows) => {
  await using opened = open(faults.url)
  expect(await rowsOf(opened.db, sql)).toEqual(rows)
  await faults.expectUsable(opened)
})

test.each([
  ['select 1; select 2', '42601'],
  ['copy items from stdin', '57014'],
  ['vacuum items', '25001'],
  ['select $1', '08P01'],
  ['select 1 / (5 - n) from generate_series(1, 9) n', '22012'],
])('%s ends with the error of the server', async (sql, code) => {
  await using opened = open(faults.url)
  expect(await failureOf(rowsOf(opened.db, sql))).toMatchObject({ code })
  await faults.expectUsable(opened)
})
