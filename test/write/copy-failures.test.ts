import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CheckViolation, connect, QueryError, UniqueViolation, withLimits } from 'sluice'
import { findPgbouncer } from '../faults/needs.js'
import { startPgbouncer } from '../faults/bouncer.js'
import { openShop, type Shop } from '../support/shop.js'
import { tableSchema } from '../support/table-schema.js'
import { listen } from '../trace/heard.js'
import { MANY, numbered, Rows, type Row } from './copied-tables.js'

let shop: Shop
let rows: Rows
const schema = tableSchema('rows', { id: 'int4', v: 'text?' }, { primaryKey: ['id'] })
beforeAll(async () => {
  shop = await openShop({ connect: { max: 3 } })
  await shop.sql(`
    create table rows (id int primary key, v text constraint short check (length(v) < 20));
    create table large (id int check (id > 0), v text);
    create function act() returns trigger language plpgsql as $$
      begin
        if new.v = 'die' then perform pg_terminate_backend(pg_backend_pid()); end if;
        if new.v = 'sleep' then perform pg_sleep(60); end if;
        return new;
      end $$;
    create trigger act before insert on rows for each row execute function act()`)
  rows = Rows.of(shop.db, schema)
})
afterAll(() => shop[Symbol.asyncDispose]())
beforeEach(() => shop.sql('truncate rows'))

/** Many rows, of which one behind the first batch has this value. */
const with1 = (v: string, at = 1_800) => numbered(MANY, (id) => (id === at ? { v } : {}))

const large = tableSchema('large', { id: 'int4', v: 'text' })

/** Behind the first batch a row that is refused, and 10 MB behind that. */
function* megabytes(): Generator<Row> {
  for (let id = 1; id <= 1_000; id++) yield { id, v: '' }
  const v = 'ü'.repeat(10_000)
  for (let id = 0; id < 500; id++) yield { id, v }
}

async function failure<E extends Error>(
  promise: Promise<unknown>,
  of: new (...parts: never[]) => E,
): Promise<E> {
  const error = await promise.then(
    () => expect.fail('nothing failed'),
    (met: unknown) => met,
  )
  expect(error).toBeInstanceOf(of)
  return error as E
}

/** What was on its way is over, and every connection is as it should be. */
async function isQuiet(): Promise<void> {
  expect((await shop.states()).filter((state) => state !== 'idle')).toEqual([])
  expect(await rows.count()).toBe(0)
  expect(await rows.bulkCreate(numbered(MANY).values())).toBe(MANY)
}

describe('nothing is half written', () => {
  it('where a constraint refuses a row, which is named as by any write, and shows no value', async () => {
    const twice = [...numbered(MANY), { id: 1_234 }]
    const error = await failure(rows.bulkCreate(twice.values()), UniqueViolation)
    expect(error).toMatchObject({
      table: 'public.rows',
      columns: ['id'],
      constraint: 'rows_pkey',
      sqlState: '23505',
    })
    expect(error.stack).toContain('copy-failures.test.ts')
    const secret = 'a secret that is too long'
    const check = await failure(rows.bulkCreate(with1(secret).values()), CheckViolation)
    expect(check).toMatchObject({ table: 'public.rows', constraint: 'short' })
    const { inspect } = await import('node:util')
    expect(inspect(check, { depth: 9 }) + JSON.stringify(check)).not.toContain('secret')
    await isQuiet()
  })

  it('where the source fails, whose error surfaces', async () => {
    async function* failing(): AsyncGenerator<Row> {
      for (const row of numbered(8_000)) {
        if (row['id'] === 7_500) throw new Error('the source broke')
        if (row['id'] === 7_000) await setImmediate()
        yield row
      }
    }
    using heard = listen()
    await expect(rows.bulkCreate(failing())).rejects.toThrow('the source broke')
    expect(heard.traces.map(({ operation }) => operation)).toEqual([
      'BEGIN',
      'INSERT',
      'SELECT',
      'COPY',
      'ROLLBACK',
    ])
    await isQuiet()
  })

  it('where a batch fails while the source is waited for, which is told when it goes on', async () => {
    let goOn = () => {}
    const waits = new Promise<void>((resolve) => (goOn = resolve))
    let isOver = false
    async function* stalling(): AsyncGenerator<Row> {
      try {
        yield* [
          ...numbered(6_000),
          { id: 1_234 },
          ...numbered(4_999).map((_, index) => ({ id: 10_000 + index })),
        ]
        await waits
        yield { id: 0 }
      } finally {
        isOver = true
      }
    }
    await failure(rows.bulkCreate(stalling()), UniqueViolation)
    expect(isOver).toBe(false)
    goOn()
    await setImmediate()
    expect(isOver).toBe(true)
    await isQuiet()
  })

  it('where the server ends the session in the middle', async () => {
    const error = await failure(rows.bulkCreate(with1('die').values()), QueryError)
    expect(error).toMatchObject({ sqlState: '57P01', isRetryable: false, table: 'public.rows' })
    await isQuiet()
  })

  it('where the server refuses the first of many megabytes, most of which are still to be sent', async () => {
    const error = await failure(Rows.of(shop.db, large).bulkCreate(megabytes()), CheckViolation)
    expect(error).toMatchObject({ table: 'public.large' })
    await isQuiet()
  })

  it('where it takes longer than queryTimeoutMs', async () => {
    const limited = Rows.of(withLimits(shop.db, { queryTimeoutMs: 1_000 }), schema)
    const error = await failure(limited.bulkCreate(with1('sleep').values()), QueryError)
    expect(error).toMatchObject({ code: 'QUERY_TIMEOUT' })
    await isQuiet()
  })

  it("in the caller's transaction, which can then only be rolled back", async () => {
    const inside = shop.db.transaction().execute(async (trx) => {
      await Rows.of(trx, schema).create({ id: 0 })
      await failure(
        Rows.of(trx, schema).bulkCreate(with1('a secret that is too long').values()),
        CheckViolation,
      )
    })
    await expect(inside).rejects.toThrow(/rolled back, not committed/)
    expect(await rows.count()).toBe(0)
    await shop.db.transaction().execute(async (trx) => {
      expect(await Rows.of(trx, schema).bulkCreate(numbered(MANY).values())).toBe(MANY)
    })
    expect(await rows.count()).toBe(MANY)
  })

  it('but for the batches before, with a batchSize: to try again would write them twice', async () => {
    const error = await failure(rows.bulkCreate(with1('die').values(), { batchSize: 500 }), QueryError)
    expect(error.isRetryable).toBe(false)
    expect(await rows.count()).toBe(1_500)
  })
})

describe.skipIf(findPgbouncer() === undefined)('behind PgBouncer, which shares its connections', () => {
  it('rows are copied, and a failure leaves nothing for whoever comes next', async () => {
    const bouncer = await startPgbouncer(shop.database.url)
    const db = connect<object>({ connectionString: bouncer.url, max: 2 })
    try {
      const bounced = Rows.of(db, schema)
      using heard = listen()
      for (const options of [{}, { batchSize: 400 }]) {
        await shop.sql('truncate rows')
        expect(await bounced.bulkCreate(numbered(MANY).values(), options)).toBe(MANY)
        expect(heard.traces.some(({ operation }) => operation === 'COPY')).toBe(true)
        await shop.sql('truncate rows')
        await failure(bounced.bulkCreate(with1('x'.repeat(50)).values(), options), CheckViolation)
        await failure(Rows.of(db, large).bulkCreate(megabytes(), options), CheckViolation)
        await shop.sql('truncate rows')
        await Promise.all(Array.from({ length: 4 }, () => bounced.count()))
        expect(await bounced.bulkCreate(numbered(MANY).values(), options)).toBe(MANY)
      }
    } finally {
      await db.close()
      await bouncer.stop()
    }
  })
})
