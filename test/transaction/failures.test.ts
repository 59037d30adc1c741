import { sql } from 'kysely'
import pg from 'pg'
import { expect, it } from 'vitest'
import { atomic, connect, ForeignKeyViolation, TransactionError } from 'sluice'
import type { DB } from '../../generated/index.js'
import { add, names, shop, useShop } from './users.js'

useShop()

it('tells of a constraint that is deferred until COMMIT, as of any other', async () => {
  await shop.sql('alter table users alter constraint users_company_id_fkey deferrable initially deferred')
  const error: unknown = await atomic(shop.db, async (trx) => {
    const user = await add(trx, 'Ada')
    await shop.users.using(trx).filter({ id: user.id }).update({ companyId: 7 })
  }).catch((error: unknown) => error)
  expect(error).toBeInstanceOf(ForeignKeyViolation)
  expect(error).toMatchObject({
    table: 'public.users',
    constraint: 'users_company_id_fkey',
    sqlState: '23503',
  })
  expect((error as Error).message).toMatch(/^The COMMIT of a transaction failed: /)
  expect(await names()).toEqual([])
})

it('says that it does not know what became of a COMMIT whose connection was lost', async () => {
  await shop.sql(`create function leave() returns trigger language plpgsql as $$
    begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$;
    create constraint trigger leave after insert on users deferrable initially deferred
      for each row execute function leave()`)
  try {
    const error: unknown = await atomic(shop.db, (trx) => add(trx, 'Ada'), { retry: {} }).catch(
      (error: unknown) => error,
    )
    expect(error).toBeInstanceOf(TransactionError)
    expect(error).toMatchObject({ code: 'COMMIT_UNKNOWN', outcome: 'unknown' })
  } finally {
    await shop.sql('drop function leave cascade')
  }
  expect(await atomic(shop.db, (trx) => shop.users.using(trx).count())).toBe(0)
})

it.each(['thrown on', 'caught'])(
  'rolls back when the connection is lost before, whose error is %s',
  async (how) => {
    const outcome = atomic(shop.db, async (trx) => {
      await add(trx, 'Ada')
      const killing = sql`select pg_terminate_backend(pg_backend_pid())`.execute(trx)
      await (how === 'caught' ? killing.catch(() => {}) : killing)
    })
    const error: unknown = await outcome.catch((error: unknown) => error)
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toBeInstanceOf(TransactionError)
    expect((error as Error).message).toMatch(/terminat|lost/)
    expect(await names()).toEqual([])
    expect(await atomic(shop.db, (trx) => shop.users.using(trx).count())).toBe(0)
  },
)

it('runs on a pool that others set up and look at', async () => {
  const seen: string[] = []
  class Watched extends pg.Client {
    // As instrumentation does it: whatever there is to give, and to return.
    override query = ((...args: unknown[]) => {
      const [query] = args as [string | { text: string }]
      seen.push(typeof query === 'string' ? query : query.text)
      return (pg.Client.prototype.query as (...all: unknown[]) => unknown).apply(this, args)
    }) as pg.Client['query']
  }
  await using db = connect<DB>({
    connectionString: shop.database.url,
    max: 1,
    Client: Watched,
    onReserveConnection: async (connection) => {
      await sql`set app.set_up = 'yes'`.execute({
        getExecutor: () =>
          db.getExecutor().withConnectionProvider({ provideConnection: (run) => run(connection) }),
      })
    },
  })
  const committed = await atomic(db, async (trx) => {
    await atomic(trx, (inner) => add(inner, 'Ada'))
    return sql<{ value: string }>`select current_setting('app.set_up') as value`.execute(trx)
  })
  expect(committed.rows).toEqual([{ value: 'yes' }])
  expect(seen.filter((text) => /^(?:begin|savepoint|release|commit)/.test(text))).toEqual([
    'begin',
    'savepoint sluice_part',
    'release sluice_part',
    'commit',
  ])
  expect(await names()).toEqual(['Ada'])
})
