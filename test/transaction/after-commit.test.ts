import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { afterCommit, atomic, connect, TransactionError, UsageError, withLimits, withSettings } from 'sluice'
import type { DB } from '../../generated/index.js'
import { add, fails, names, shop, useShop } from './users.js'

useShop()

/** What was done, in its order. */
function log() {
  const done: string[] = []
  return { done, say: (word: string) => () => void done.push(word) }
}

describe('afterCommit', () => {
  it('runs functions in their order once all of it is committed, each to its end', async () => {
    const { done, say } = log()
    await atomic(shop.db, async (trx) => {
      await afterCommit(trx, async () => {
        done.push(`${(await names()).length} users`)
      })
      await atomic(trx, async (inner) => {
        await afterCommit(inner, say('inner'))
        await afterCommit(withLimits(inner.withSchema('public'), { queryTimeoutMs: 9_000 }), say('limited'))
        await withSettings(inner, { 'app.a': 1 }, (set) => afterCommit(set, say('set')))
      })
      // Noted at once, for who does not wait.
      void afterCommit(trx, say('outer'))
      await add(trx, 'Ada')
      expect(done).toEqual([])
    })
    expect(done).toEqual(['1 users', 'inner', 'limited', 'set', 'outer'])
  })

  it('drops what was asked for in a part that is rolled back, and all of it with the whole', async () => {
    const { done, say } = log()
    await atomic(shop.db, async (trx) => {
      await afterCommit(trx, say('kept'))
      await atomic(trx, async (inner) => {
        await afterCommit(inner, say('lost'))
        await atomic(inner, (deep) => afterCommit(deep, say('lost, too')))
        throw new Error('no')
      }).catch(() => {})
      await withSettings(trx, { 'app.a': 1 }, async (inner) => {
        await afterCommit(inner, say('lost as well'))
        throw new Error('no')
      }).catch(() => {})
      await afterCommit(trx, say('last'))
    })
    await atomic(shop.db, async (trx) => {
      await afterCommit(trx, say('never'))
      throw new Error('no')
    }).catch(() => {})
    await atomic(shop.db, () => Promise.resolve())
    expect(done).toEqual(['kept', 'last'])
  })

  it('has what the run that was committed has asked for, where it is tried again', async () => {
    const { done, say } = log()
    let runs = 0
    await atomic(
      shop.db,
      async (trx) => {
        await afterCommit(trx, say(`run ${++runs}`))
        if (runs < 3) await sql`do $$ begin raise exception 'no' using errcode = '40001'; end $$`.execute(trx)
      },
      { retry: { delayMs: 1 } },
    )
    expect(done).toEqual(['run 3'])
  })

  it('runs at once outside of a transaction, and says what it meets', async () => {
    const { done, say } = log()
    await afterCommit(shop.db, say('now'))
    await shop.db.connection().execute((one) => afterCommit(one, say('here')))
    expect(done).toEqual(['now', 'here'])
    await expect(afterCommit(shop.db, fails())).rejects.toThrow('no')
  })

  it('has given its connection back by then', async () => {
    await using db = connect<DB>({ connectionString: shop.database.url, max: 1 })
    await atomic(db, (trx) => afterCommit(trx, () => atomic(db, (next) => add(next, 'next'))))
    await db.transaction().execute((trx) => afterCommit(trx, () => add(db, 'Kysely')))
    expect(await names()).toEqual(['next', 'Kysely'])
  })

  it('runs the others where one fails, and tells that all of it is committed', async () => {
    const { done, say } = log()
    const error: unknown = await atomic(
      shop.db,
      async (trx) => {
        await add(trx, 'Ada')
        await afterCommit(trx, say('first'))
        await afterCommit(trx, () => fails('queue is full')())
        await afterCommit(trx, fails('no mail'))
        await afterCommit(trx, say('last'))
      },
      { retry: {} },
    ).catch((error: unknown) => error)
    expect(done).toEqual(['first', 'last'])
    expect(error).toBeInstanceOf(TransactionError)
    expect(error).toMatchObject({
      code: 'AFTER_COMMIT',
      outcome: 'committed',
      cause: { message: 'queue is full' },
    })
    expect((error as TransactionError).errors).toEqual([new Error('queue is full'), new Error('no mail')])
    expect(await names()).toEqual(['Ada'])
  })

  it('works in transactions of Kysely, by whose savepoints it goes, too', async () => {
    const { done, say } = log()
    const trx = await shop.db.startTransaction().execute()
    await afterCommit(trx, say('kept'))
    const one = await trx.savepoint('one').execute()
    await afterCommit(one, say('lost'))
    await atomic(one, (inner) => afterCommit(inner, say('lost, too')))
    const back = await one.rollbackToSavepoint('one').execute()
    await atomic(back, (inner) => afterCommit(inner, say('inner')))
    expect(done).toEqual([])
    await trx.commit().execute()
    await expect.poll(() => done).toEqual(['kept', 'inner'])
    await shop.db
      .transaction()
      .execute(async (trx) => {
        await afterCommit(trx, say('never'))
        throw new Error('no')
      })
      .catch(() => {})
    await withSettings(shop.db, { 'app.a': 1 }, (db) => afterCommit(db, say('set')))
    expect(done).toEqual(['kept', 'inner', 'set'])
  })

  it('warns of what fails in these, of which Kysely has nobody to tell', async () => {
    const warned = new Promise<Error & { code?: string }>((resolve) => process.once('warning', resolve))
    await shop.db.transaction().execute((trx) => afterCommit(trx, fails('no mail')))
    expect(await warned).toMatchObject({
      code: 'SLUICE_AFTER_COMMIT',
      message: expect.stringContaining('no mail') as string,
    })
  })

  it('refuses where nobody would tell of the end', async () => {
    const { done, say } = log()
    await shop.db.connection().execute(async (one) => {
      await sql`begin`.execute(one)
      await expect(afterCommit(one, say('never'))).rejects.toThrow('begun by SQL')
      await expect(atomic(one, (inner) => afterCommit(inner, say('never')))).rejects.toThrow(UsageError)
      await sql`commit`.execute(one)
    })
    const kept = await atomic(shop.db, (trx) => Promise.resolve(trx))
    await expect(afterCommit(kept, say('never'))).rejects.toThrow(UsageError)
    await expect(afterCommit(shop.db, 'no function' as never)).rejects.toThrow(UsageError)
    expect(done).toEqual([])
  })
})
