import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FOLLOWS_PREPARED, startPgbouncer, versionOf, type BouncerOptions } from '../../faults/bouncer.js'
import { findPgbouncer } from '../../faults/needs.js'
import { often, preparedOn, Things, thingsDatabase } from '../support/things.js'

let database: Awaited<ReturnType<typeof thingsDatabase>>
beforeAll(async () => {
  database = await thingsDatabase()
})
afterAll(() => database[Symbol.asyncDispose]())

const program = findPgbouncer()
const follows = program !== undefined && versionOf(program) >= FOLLOWS_PREPARED

async function bounced(options: BouncerOptions) {
  const bouncer = await startPgbouncer(database.url, options)
  return { url: bouncer.url, [Symbol.asyncDispose]: () => bouncer.stop() }
}

/** Statements side by side, in and out of transactions, on more connections than the pooler has. */
async function crowd({ db, things }: ReturnType<typeof database.open>): Promise<void> {
  const lanes = Array.from({ length: 6 }, async (_, lane) => {
    for (let id = 1; id <= 20; id++) {
      expect(await things.get({ id })).toMatchObject({ id })
      expect(await things.filter({ id: { lte: id } }).count()).toBe(id)
      if (id % 5 !== lane % 5) continue
      await db.transaction().execute(async (trx) => {
        expect(await often(() => new Things(trx).filter({ name: `thing ${id}` }).count(), 3)).toEqual([
          1, 1, 1,
        ])
      })
    }
  })
  await Promise.all(lanes)
}

describe.skipIf(program === undefined)(
  `behind PgBouncer${program === undefined ? ' (is not installed)' : ''}`,
  () => {
    it('in transaction mode nothing is prepared, and nothing fails', async () => {
      await using bouncer = await bounced({ poolSize: 2 })
      await using opened = database.open({ url: bouncer.url, max: 6 })
      await crowd(opened)
      await using alone = database.open({ url: bouncer.url, max: 1 })
      await often(() => alone.things.count(), 10)
      expect(await preparedOn(alone.pool)).toEqual([])
    })

    it('in session mode it is, where the settings say so', async () => {
      await using bouncer = await bounced({ mode: 'session', poolSize: 2 })
      await using careful = database.open({ url: bouncer.url })
      await often(() => careful.things.count(), 10)
      expect(await preparedOn(careful.pool)).toEqual([])
      await using sure = database.open({ url: bouncer.url, preparedStatements: 'always' })
      await often(() => sure.things.count(), 10)
      expect(await preparedOn(sure.pool)).toHaveLength(1)
    })

    it('that does not follow prepared statements, what is wrongly set for it costs time outside transactions, and no rows', async () => {
      await using bouncer = await bounced({ poolSize: 2 })
      await using opened = database.open({ url: bouncer.url, max: 6, preparedStatements: 'always' })
      const lanes = Array.from({ length: 6 }, async () => {
        for (let id = 1; id <= 20; id++) expect(await opened.things.get({ id })).toMatchObject({ id })
      })
      await Promise.all(lanes)
    })

    const title =
      'that follows prepared statements they are used, in and out of transactions, also when a table changes'
    it.skipIf(!follows)(follows ? title : `${title} (PgBouncer 1.21 is not installed)`, async () => {
      await using bouncer = await bounced({ poolSize: 2, preparedStatements: 50 })
      await using opened = database.open({ url: bouncer.url, max: 6, preparedStatements: 'always' })
      await crowd(opened)
      const { rows } = await opened.pool.query('select from pg_prepared_statements')
      expect(rows.length).toBeGreaterThan(0)
      for (const type of ['text', 'varchar(90)']) {
        await database.sql(`alter table things alter name type ${type}`)
        await often(() => opened.things.get({ id: 1 }), 40)
      }
      await using careful = database.open({ url: bouncer.url, max: 6 })
      await crowd(careful)
    })
  },
)
