import { CompiledQuery, sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { UsageError } from 'sluice'
import {
  countOf,
  drain,
  Failing,
  failureOf,
  GOOD_ROWS,
  Items,
  Numbers,
  open,
  ROWS,
} from './support/fault-database.js'
import { useFaults } from './support/use-faults.js'

const faults = useFaults()

describe('inside a transaction', () => {
  test('queries run in the loop, and the stream goes on', async () => {
    await using opened = open(faults.url)
    await opened.db.transaction().execute(async (trx) => {
      const count = await drain(new Numbers(trx).aiterator({ chunkSize: 100 }), async ({ id }) => {
        if (id % 500 !== 0) return
        const nested = await new Numbers(trx).filter({ id }).toArray()
        expect(nested.map((row) => row.id)).toEqual([id])
      })
      expect(count).toBe(ROWS)
    })
    await faults.expectUsable(opened)
  })

  test.each(['commit', 'rollback'] as const)('a %s under an open stream is reported', async (end) => {
    await using opened = open(faults.url)
    const trx = await opened.db.startTransaction().execute()
    const rows = new Numbers(trx).aiterator({ chunkSize: 10, batchYieldSize: 10 })
    await rows.next()
    await trx[end]().execute()
    const error = await failureOf(countOf(rows))
    expect(error.message).toMatch(/transaction/i)
    await faults.expectUsable(opened)
  })

  test('a rollback to a savepoint set before the stream ends it, one set after it does not', async () => {
    await using opened = open(faults.url)
    const trx = await opened.db.startTransaction().execute()
    const before = await trx.savepoint('before').execute()
    const doomed = new Numbers(before).aiterator({ chunkSize: 10, batchYieldSize: 10 })
    await doomed.next()
    await before.rollbackToSavepoint('before').execute()
    const error = await failureOf(countOf(doomed))
    expect(error.message).toContain('savepoint')
    await trx.rollback().execute()

    const again = await opened.db.startTransaction().execute()
    let rolledBack = false
    const count = await drain(new Numbers(again).aiterator({ chunkSize: 10 }), async ({ id }) => {
      if (id !== 15) return
      const inner = await again.savepoint('inside').execute()
      await failureOf(sql`select 1 / 0`.execute(inner))
      await inner.rollbackToSavepoint('inside').execute()
      rolledBack = true
    })
    expect(rolledBack).toBe(true)
    expect(count).toBe(ROWS)
    await again.commit().execute()
    await faults.expectUsable(opened)
  })

  test('a failed query in the body is the error that the next fetch reports', async () => {
    await using opened = open(faults.url)
    const outcome = opened.db.transaction().execute((trx) =>
      drain(new Numbers(trx).aiterator({ chunkSize: 10 }), async ({ id }) => {
        if (id === 15) await failureOf(sql`select 1 / 0`.execute(trx))
      }),
    )
    expect((await failureOf(outcome)).message).toContain('division by zero')
    await faults.expectUsable(opened)
  })

  test('a query of the body that meets the failure of the fetch ahead of it names that as its cause', async () => {
    await using opened = open(faults.url)
    const trx = await opened.db.startTransaction().execute()
    const reading = drain(new Failing(trx).aiterator({ chunkSize: GOOD_ROWS }), () =>
      sql`select 1`.execute(trx),
    )
    expect(await failureOf(reading)).toMatchObject({ code: '25P02', cause: { code: '22012' } })
    await trx.rollback().execute()
    await faults.expectUsable(opened)
  })

  test('a transaction whose failure was swallowed never passes for committed', async () => {
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

  test('leaving the loop leaves the transaction as it is', async () => {
    await using opened = open(faults.url)
    await opened.db.transaction().execute(async (trx) => {
      await trx.insertInto('items').values({ id: 7, payload: 'kept' }).execute()
      for await (const row of new Numbers(trx).aiterator({ chunkSize: 10 })) if (row.id === 15) break
      expect(await new Items(trx).toArray()).toEqual([{ id: 7, payload: 'kept' }])
    })
    expect(await faults.observer.query('delete from items returning id')).toEqual([{ id: 7 }])
    await faults.expectUsable(opened)
  })

  test('return() beside a pending next() leaves the transaction usable', async () => {
    await using opened = open(faults.url)
    await opened.db.transaction().execute(async (trx) => {
      const rows = new Numbers(trx).aiterator({ chunkSize: ROWS })
      const pending = rows.next()
      await rows.return()
      await pending
      await sql`select 1`.execute(trx)
    })
    await faults.expectUsable(opened)
  })
})

describe('a pinned connection without a transaction', () => {
  test('refuses another query during a stream, and names the stream', async () => {
    await using opened = open(faults.url)
    await opened.db.connection().execute(async (pinned) => {
      for await (const row of new Numbers(pinned).aiterator({ chunkSize: 10 })) {
        expect(row.id).toBe(1)
        const error = await failureOf(sql`select 1`.execute(pinned))
        expect(error).toBeInstanceOf(UsageError)
        expect(error.message).toContain('"numbers"')
        break
      }
      await sql`select 1`.execute(pinned)
    })
    await faults.expectUsable(opened)
  })

  test('recognises a hand-written BEGIN', async () => {
    await using opened = open(faults.url)
    await opened.db.connection().execute(async (pinned) => {
      await sql`begin`.execute(pinned)
      await sql`insert into items values (9, 'mine')`.execute(pinned)
      let seen = 0
      for await (const row of new Numbers(pinned).aiterator({ chunkSize: 10 })) {
        if (row.id > 12) break
        seen += (await new Items(pinned).toArray()).length
      }
      expect(seen).toBe(12)
      await sql`rollback`.execute(pinned)
    })
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

  test('report a constraint that is checked at COMMIT', async () => {
    await using opened = open(faults.url)
    const twice = opened.db
      .insertInto('deferred')
      .values([
        { id: 1, payload: 'a' },
        { id: 1, payload: 'b' },
      ])
      .returningAll()
    expect(await failureOf(countOf(twice.stream(10)))).toMatchObject({ code: '23505' })
    const leave = async (): Promise<void> => {
      for await (const row of twice.stream(1)) if (row.id === 1) break
    }
    expect(await failureOf(leave())).toMatchObject({ code: '23505' })
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
