import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { QueryError, UsageError } from 'sluice'
import { hasServerLog, serverLog } from '../support/database.js'
import { openShop, type Shop } from '../support/shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop({ users: 1000, connect: { max: 1 } })
})
afterAll(() => shop[Symbol.asyncDispose]())

const ROLLBACK = new Error('roll back')

/** Runs a transaction that is rolled back, so that each test finds the same rows. */
async function inTransaction(
  body: (trx: Parameters<Shop['users']['using']>[0] & Trx) => Promise<void>,
): Promise<void> {
  const run = shop.db.transaction().execute(async (trx) => {
    await body(trx)
    throw ROLLBACK
  })
  await expect(run).rejects.toBe(ROLLBACK)
}
type Trx = Parameters<Parameters<ReturnType<Shop['db']['transaction']>['execute']>[0]>[0]

describe('a stream within using(trx)', () => {
  it("sees the transaction's own uncommitted rows", async () => {
    await inTransaction(async (trx) => {
      await trx.insertInto('users').values({ email: 'new@example.org', name: 'New' }).execute()
      const names: string[] = []
      const added = shop.users.using(trx).filter({ email: { endsWith: '@example.org' } })
      for await (const user of added.aiterator()) names.push(user.name)
      expect(names).toEqual(['New'])
    })
  })

  it('lets the loop body update and query in the same transaction', async () => {
    await inTransaction(async (trx) => {
      const users = shop.users.using(trx)
      let loops = 0
      for await (const user of users.orderBy('id').aiterator({ chunkSize: 7 })) {
        await trx.updateTable('users').set({ name: 'Renamed' }).where('id', '=', user.id).execute()
        if (++loops % 100 === 0) expect(await users.filter({ name: 'Renamed' }).count()).toBe(loops)
      }
      expect(loops).toBe(1000)
    })
  })

  it('runs beside another stream of the same transaction', async () => {
    await inTransaction(async (trx) => {
      const users = shop.users.using(trx).orderBy('id')
      const others = users.aiterator({ chunkSize: 3 })
      for await (const user of users.aiterator({ chunkSize: 5 })) {
        expect((await others.next()).value?.id).toBe(user.id)
      }
      expect((await others.next()).done).toBe(true)
    })
  })

  it.skipIf(!hasServerLog)('opens no transaction of its own and leaves the one it is in open', async () => {
    const log = serverLog(shop.database)
    const mark = await log.mark()
    await inTransaction(async (trx) => {
      for await (const _ of shop.users.using(trx).aiterator({ chunkSize: 100 })) break
      expect(await shop.states()).toEqual(['idle in transaction'])
      expect(await shop.users.using(trx).count()).toBe(1000)
    })
    const control = (await log.statementsSince(mark))
      .map((each) => each.sql)
      .filter((text) => /^(begin|commit|rollback)/.test(text))
    expect(control).toEqual(['begin', 'rollback'])
  })

  it('is ended by COMMIT, with an error that says so', async () => {
    const trx = await shop.db.startTransaction().execute()
    const rows = shop.users.using(trx).aiterator({ chunkSize: 10 })
    for (let count = 0; count < 10; count++) await rows.next()
    await trx.commit().execute()
    await expect(rows.next()).rejects.toThrow(/transaction/i)
    expect(await shop.users.count()).toBe(1000)
  })

  it('reports the query in the loop body that aborted the transaction', async () => {
    const run = shop.db.transaction().execute(async (trx) => {
      for await (const _ of shop.users.using(trx).aiterator({ chunkSize: 10 })) {
        await sql`select 1 / 0`.execute(trx).catch(() => {})
      }
    })
    await expect(run).rejects.toThrow(/earlier query failed.*division by zero/)
    expect(await shop.users.count()).toBe(1000)
  })
})

describe('a stream outside a transaction', () => {
  it('is READ ONLY unless readOnly is false', async () => {
    await using writing = await openShop({ users: 3 })
    await writing.sql('create table visits (id integer)')
    await writing.sql(`create function visit(integer) returns text language sql as
      $$ insert into visits values ($1); select 'seen' $$`)
    await replaceUsersByView(writing, 'name || visit(id)')
    const rows = writing.users.aiterator()
    await expect(rows.next()).rejects.toThrow(/read-only transaction.*readOnly: false/)
    expect(await writing.sql('select * from visits')).toEqual([])

    for await (const user of writing.users.aiterator({ readOnly: false })) expect(user.name).toContain('seen')
    expect(await writing.sql('select * from visits')).toHaveLength(3)
    for (const user of writing.users.iterator({ readOnly: false })) expect(user.name).toContain('seen')
    expect(await writing.sql('select * from visits')).toHaveLength(6)
  })

  it('that writes and meets a row which cannot be read leaves nothing written', async () => {
    await using writing = await openShop({ users: 600, connect: { log: () => {} } })
    await writing.sql(`create table visits (id integer);
      update users set created_at = 'infinity' where id = 550;
      create function visit(integer) returns text language sql as
      $$ insert into visits values ($1); select 'seen' $$`)
    await replaceUsersByView(writing, 'name || visit(id)')
    const seen = [0, 0, 0]
    const byQueryset = async () => {
      for await (const _ of writing.users.orderBy('id').aiterator({ readOnly: false })) seen[0]!++
    }
    const byKysely = async () => {
      const rows = writing.db.selectFrom('users').selectAll().orderBy('id').forUpdate().stream(1000)
      for await (const _ of rows) seen[1]!++
    }
    await expect(byQueryset()).rejects.toThrow(/created_at/)
    await expect(byKysely()).rejects.toThrow(/created_at/)
    const bySync = () => {
      for (const _ of writing.users.orderBy('id').iterator({ readOnly: false })) seen[2]!++
    }
    expect(bySync).toThrow(/created_at/)
    for (const rows of seen) expect(rows).toBeLessThan(550)
    expect(await writing.sql('select * from visits')).toEqual([])
  })

  it('on a pinned connection refuses another query while it is open, naming the stream', async () => {
    await shop.db.connection().execute(async (pinned) => {
      const users = shop.users.using(pinned)
      for await (const _ of users.aiterator({ chunkSize: 10 })) {
        const other = users.count()
        await expect(other).rejects.toThrow(UsageError)
        await expect(users.count()).rejects.toThrow(/busy with a stream.*select "users"/)
        break
      }
      expect(await users.count()).toBe(1000)
    })
  })

  it('on a pinned connection runs in a hand-written transaction', async () => {
    await shop.db.connection().execute(async (pinned) => {
      await sql`begin`.execute(pinned)
      await sql`update users set name = 'Mine' where id = 1`.execute(pinned)
      const users = shop.users.using(pinned)
      for await (const user of users.filter({ name: 'Mine' }).aiterator({ chunkSize: 10 })) {
        expect(user.id).toBe(1)
        expect(await users.count()).toBe(1000)
      }
      await sql`rollback`.execute(pinned)
      expect(await users.filter({ name: 'Mine' }).exists()).toBe(false)
    })
  })
})

describe('iterator within using(trx)', () => {
  it('is refused at the call, with the reason', async () => {
    await inTransaction((trx) => {
      expect(() => shop.users.using(trx).iterator()).toThrow(/cannot run inside a transaction.*aiterator/)
      return Promise.resolve()
    })
  })
})

describe('a commit after a failed query', () => {
  it('is an error and not a silent rollback', async () => {
    const run = shop.db.transaction().execute(async (trx) => {
      await sql`update users set name = 'Lost'`.execute(trx)
      await sql`select 1 / 0`.execute(trx).catch(() => {})
    })
    await expect(run).rejects.toThrow(/rolled back, not committed.*division by zero/)
    expect(await shop.users.filter({ name: 'Lost' }).exists()).toBe(false)
  })

  it('also when BEGIN and COMMIT are written by hand', async () => {
    await shop.db.connection().execute(async (pinned) => {
      await sql`begin`.execute(pinned)
      await sql`update users set name = 'Lost'`.execute(pinned)
      await sql`select 1 / 0`.execute(pinned).catch(() => {})
      await expect(sql`commit`.execute(pinned)).rejects.toThrow(
        /rolled back, not committed.*division by zero/,
      )
      await expect(sql`commit`.execute(pinned)).resolves.toBeDefined()
    })
    expect(await shop.users.filter({ name: 'Lost' }).exists()).toBe(false)
  })
})

describe('an error of the server', () => {
  it.each(['aiterator', 'iterator'] as const)(
    'carries SQLSTATE, table, SQL and the rows delivered: %s',
    async (form) => {
      await using failing = await openShop({ users: 100 })
      await failing.sql(`create function fail_at_25(integer) returns text language plpgsql as
      $$ begin if $1 = 25 then raise exception 'row 25 is bad'; end if; return ''; end $$`)
      await replaceUsersByView(failing, 'name || fail_at_25(id)')
      let rows = 0
      const loop = async () => {
        for await (const _ of failing.users[form]({ chunkSize: 10 })) rows++
      }
      const error = await loop().catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(QueryError)
      expect(error).toMatchObject({ sqlState: 'P0001', table: 'public.users', rowsDelivered: 20 })
      expect((error as QueryError).message).toContain('row 25 is bad')
      expect((error as QueryError).sql).toContain('from "public"."users"')
      expect(rows).toBe(20)
    },
  )
})

/** Puts a view in the place of users, whose names are the given expression, in the order of the key. */
async function replaceUsersByView(shop: Shop, name: string): Promise<void> {
  await shop.sql('alter table users rename to people')
  await shop.sql(`create view users as select id, email, (${name}) as name, is_active, birth_date, tags, preferences,
    company_id, referred_by, created_at from people order by id`)
}
