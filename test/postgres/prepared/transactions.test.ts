import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CREATE_THINGS, often, preparedOn, Things, thingsDatabase } from '../support/things.js'

let database: Awaited<ReturnType<typeof thingsDatabase>>
beforeAll(async () => {
  database = await thingsDatabase()
})
beforeEach(async () => {
  await database.sql(`drop schema public cascade; create schema public; ${CREATE_THINGS}`)
})
afterAll(() => database[Symbol.asyncDispose]())

class Undone extends Error {}

describe('a statement that is prepared, in a transaction,', () => {
  it('is used there, and stays when that is rolled back', async () => {
    await using opened = database.open()
    const { db, things, pool } = opened
    await often(() => things.count(), 4)
    const failed = db.transaction().execute(async (trx) => {
      await new Things(trx).filter({ id: 1 }).delete()
      expect(await often(() => new Things(trx).count())).toEqual(Array(6).fill(19))
      throw new Undone()
    })
    await expect(failed).rejects.toThrow(Undone)
    expect(await preparedOn(pool)).toHaveLength(1)
    expect(await things.count()).toBe(20)
  })

  it('fails with an error that says to repeat the transaction when another has changed the table, and that helps', async () => {
    await using opened = database.open()
    const { db, things } = opened
    await often(() => things.get({ id: 1 }))
    await database.sql('alter table things alter name type text')
    const renamed = () =>
      db.transaction().execute(async (trx) => {
        const inner = new Things(trx)
        await inner.filter({ id: 2 }).update({ name: 'two' })
        return inner.get({ id: 1 })
      })
    await expect(renamed()).rejects.toMatchObject({ sqlState: '0A000', isRetryable: true })
    expect(await things.get({ id: 2 })).toMatchObject({ name: 'thing 2' })
    expect(await renamed()).toMatchObject({ name: 'thing 1' })
    expect(await things.get({ id: 2 })).toMatchObject({ name: 'two' })
  })

  it('is not retryable by what others are refused for', async () => {
    await using opened = database.open()
    const { db, things } = opened
    const long = (on: Things) => on.filter({ id: 1 }).update({ name: 'x'.repeat(50) })
    for (let time = 0; time < 6; time++) await expect(long(things)).rejects.toThrow()
    const inside = db.transaction().execute((trx) => long(new Things(trx)))
    await expect(inside).rejects.toMatchObject({ sqlState: '22001', isRetryable: false })
  })

  it('follows what the transaction itself changes, and what goes back when it is rolled back', async () => {
    await using opened = database.open()
    const { db, things } = opened
    for (const type of ['text', 'varchar(50)', 'varchar(60)']) {
      const before = await often(() => things.get({ id: 1 }))
      const changing = db.transaction().execute(async (trx) => {
        await sql`alter table things alter name type ${sql.raw(type)}`.execute(trx)
        expect(await often(() => new Things(trx).get({ id: 1 }))).toEqual(before)
        await sql`alter table things add ${sql.id(`more_${type}`)} int4`.execute(trx)
        expect(await often(() => new Things(trx).get({ id: 1 }))).toEqual(before)
        if (type !== 'varchar(50)') throw new Undone()
      })
      if (type === 'varchar(50)') await changing
      else await expect(changing).rejects.toThrow(Undone)
      const next = db.transaction().execute((trx) => often(() => new Things(trx).get({ id: 1 })))
      expect(await next).toEqual(before)
    }
  })

  it('waits for the next one where that has failed', async () => {
    await using opened = database.open()
    const { db, things, pool } = opened
    await often(() => things.count())
    const failed = db.transaction().execute(async (trx) => {
      await sql`select 1 / 0`.execute(trx).catch(() => {})
      await things.using(trx).count()
    })
    await expect(failed).rejects.toMatchObject({ sqlState: '25P02' })
    expect(await preparedOn(pool)).toHaveLength(1)
    expect(await things.count()).toBe(20)
  })
})
