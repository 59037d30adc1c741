import { CompiledQuery, sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { UsageError } from 'sluice'
import { countOf, failureOf, open } from './support/fault-database.js'
import { useFaults } from './support/use-faults.js'

const faults = useFaults()

describe('a transaction', () => {
  test('whose failure was swallowed never passes for committed', async () => {
    await using opened = open(faults.url)
    for (let round = 0; round < 50; round++) {
      const outcome = opened.db.transaction().execute(async (trx) => {
        await trx.insertInto('items').values({ id: 1, payload: 'a' }).execute()
        await failureOf(sql`select 1 / 0`.execute(trx))
      })
      expect(await failureOf(outcome)).toBeInstanceOf(UsageError)
    }
    expect(await faults.observer.query('select from items')).toEqual([])
    await faults.expectUsable(opened)
  })
})

describe('free-hand streams', () => {
  test('of INSERT … RETURNING commit when they end and when they are left', async () => {
    await using opened = open(faults.url)
    const insert = (first: number) =>
      opened.db
        .insertInto('items')
        .columns(['id', 'payload'])
        .expression(
          opened.db
            .selectFrom('numbers')
            .select([sql<number>`id + ${sql.lit(first)}`.as('id'), 'payload'])
            .where('id', '<=', 25),
        )
        .returningAll()
    expect(await countOf(insert(0).stream(10))).toBe(25)
    for await (const row of insert(100).stream(10)) if (row.id > 0) break
    expect(await faults.observer.query('delete from items returning id')).toHaveLength(50)
    await faults.expectUsable(opened)
  })

  test('that write commit also when they are left while the next rows are being computed', async () => {
    await using opened = open(faults.url)
    await faults.observer.query(`create function slow_write(n int) returns int language plpgsql as $$
      begin
        if n > 2 then perform pg_sleep(0.1); end if;
        insert into items values (n, 'written');
        return n;
      end $$`)
    const calls = CompiledQuery.raw('select slow_write(n) as id from generate_series(1, 10) n')
    for await (const { rows } of opened.db.getExecutor().stream(calls, 2)) {
      expect(rows).toEqual([{ id: 1 }, { id: 2 }])
      break
    }
    expect(await faults.observer.query('delete from items returning id')).toHaveLength(4)
    await faults.expectUsable(opened)
  })

  test('of a WITH that writes and of SELECT … FOR UPDATE run as they do in stock Kysely', async () => {
    await using opened = open(faults.url)
    const write = opened.db
      .with('added', (db) => db.insertInto('items').values({ id: 3, payload: 'c' }).returningAll())
      .selectFrom('added')
      .selectAll()
    expect(await countOf(write.stream(10))).toBe(1)
    expect(await countOf(opened.db.selectFrom('items').selectAll().forUpdate().stream(10))).toBe(1)
    expect(await faults.observer.query('delete from items returning id')).toEqual([{ id: 3 }])
    await faults.expectUsable(opened)
  })
})
