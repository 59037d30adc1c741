import { describe, expect, it } from 'vitest'
import { sql, type Transaction } from 'kysely'
import { atomic } from 'sluice'
import type { DB } from '../../generated/index.js'
import { add, names, shop, useShop } from './users.js'

useShop()

const retry = { attempts: 3, delayMs: 1 }

/** Has the server fail as it does in a conflict. */
const conflict = (trx: Transaction<DB>, sqlState = '40001') =>
  sql`do ${sql.lit(`begin raise exception 'conflict' using errcode = '${sqlState}'; end`)}`.execute(trx)

/** Runs a function that fails until its third run, and counts the runs. */
async function runs(fail: (trx: Transaction<DB>) => Promise<unknown>, options = { retry }): Promise<number> {
  let runs = 0
  await atomic(
    shop.db,
    async (trx) => {
      await add(trx, `run${++runs}`)
      if (runs < 3) await fail(trx)
    },
    options,
  )
  expect(await names()).toEqual([`run${runs}`])
  return runs
}

describe('atomic({ retry })', () => {
  it('runs its function again after a serialization failure, as two transactions make it', async () => {
    await shop.sql(`insert into users (email, name) values ('a@b', '0')`)
    let runs = 0
    await atomic(
      shop.db,
      async (trx) => {
        runs++
        const users = shop.users.using(trx)
        const { id, name } = await users.get({ email: 'a@b' })
        // Somebody else is faster, twice.
        if (runs < 3) await shop.sql('update users set name = $1', [`${Number(name) + 10}`])
        await users.filter({ id }).update({ name: `${Number(name) + 1}` })
      },
      { isolationLevel: 'repeatable read', retry },
    )
    expect([runs, await names()]).toEqual([3, ['21']])
  })

  it.each<[string, (trx: Transaction<DB>) => Promise<unknown>]>([
    ['a deadlock', (trx) => conflict(trx, '40P01')],
    [
      'what has it for its cause',
      (trx) => conflict(trx).catch((cause: unknown) => Promise.reject(new Error('Mine.', { cause }))),
    ],
    ['a failure that its function says nothing of', (trx) => conflict(trx).catch(() => {})],
    ['one in a savepoint', (trx) => atomic(trx, (inner) => conflict(inner))],
  ])('runs it again after %s', async (_, fail) => {
    expect(await runs(fail)).toBe(3)
  })

  it('runs it again where it is the COMMIT that fails', async () => {
    await shop.sql(`create function late() returns trigger language plpgsql as $$
      begin if new.name <> 'run3' then raise exception 'late' using errcode = '40001'; end if; return new; end $$;
      create constraint trigger late after insert on users deferrable initially deferred
        for each row execute function late()`)
    try {
      expect(await runs(() => Promise.resolve())).toBe(3)
      const once = atomic(shop.db, (trx) => add(trx, 'once'))
      await expect(once).rejects.toMatchObject({ name: 'QueryError', sqlState: '40001', isRetryable: true })
    } finally {
      await shop.sql('drop function late cascade')
    }
  })

  it('gives up when it was tried often enough, and says how often', async () => {
    await expect(runs((trx) => conflict(trx), { retry: { attempts: 2, delayMs: 1 } })).rejects.toMatchObject({
      code: '40001',
      attempts: 2,
    })
    expect(await names()).toEqual([])
  })

  it('runs it once where nobody asked for more, and after any other failure', async () => {
    let count = 0
    const once = (fail: (trx: Transaction<DB>) => Promise<unknown>, options = {}) =>
      atomic(shop.db, (trx) => (count++, fail(trx)), options)
    await expect(once((trx) => conflict(trx))).rejects.toMatchObject({ code: '40001' })
    await expect(once((trx) => conflict(trx, '55P03'), { retry })).rejects.toMatchObject({ code: '55P03' })
    await expect(once(() => Promise.reject(new Error('no')), { retry })).rejects.toThrow('no')
    expect(count).toBe(3)
  })
})
