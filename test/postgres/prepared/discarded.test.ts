import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Kysely } from 'kysely'
import { SluiceDialect } from '../../../src/index.js'
import { often, preparedOn, Things, thingsDatabase } from '../support/things.js'

let database: Awaited<ReturnType<typeof thingsDatabase>>
beforeAll(async () => {
  database = await thingsDatabase()
  await database.sql(
    `create function forget() returns void language plpgsql as $$ begin execute 'deallocate all'; end $$`,
  )
})
afterAll(() => database[Symbol.asyncDispose]())

/** What takes away what is prepared on a connection; where it is a function, nobody is told. */
const ways = [
  'discard all',
  'deallocate all',
  'select forget()',
  'discard plans',
  'do $$ begin perform forget(); end $$',
]

describe.each(ways)('after %s', (statement) => {
  it.each<[string, (opened: ReturnType<typeof database.open>) => Promise<unknown>]>([
    ['of ours', ({ db }) => sql.raw(statement).execute(db)],
    ['of others on the pool', ({ pool }) => pool.query(statement)],
  ])('%s, statements run on, and are prepared again', async (_, forget) => {
    await using opened = database.open()
    const { things, pool } = opened
    for (let round = 0; round < 2; round++) {
      expect(await often(() => things.count())).toEqual(Array(6).fill(20))
      expect(await preparedOn(pool)).toHaveLength(1)
      await forget(opened)
      expect(await things.get({ id: 1 })).toMatchObject({ name: 'thing 1' })
    }
  })
})

it('a statement that was taken away in a transaction fails with an error that says to repeat that', async () => {
  await using opened = database.open()
  const { db, things } = opened
  await often(() => things.count())
  const failed = db.transaction().execute(async (trx) => {
    await sql`select forget()`.execute(trx)
    await things.using(trx).count()
  })
  await expect(failed).rejects.toMatchObject({ sqlState: '26000', isRetryable: true })
  expect(await things.count()).toBe(20)
})

it('names are no others’: those of the application stay, on the same connection', async () => {
  await using opened = database.open()
  const { db, things, pool } = opened
  const named = () => pool.query({ name: 'theirs', text: 'select $1::int4 + 1 as n', values: [1] })
  await named()
  await sql`prepare sluice as select 1`.execute(db)
  await often(() => things.count())
  expect((await named()).rows).toEqual([{ n: 2 }])
  expect((await sql`execute sluice`.execute(db)).rows).toHaveLength(1)
  expect(await things.count()).toBe(20)
  const { rows } = await pool.query('select from pg_prepared_statements')
  expect(rows).toHaveLength(3)
})

it('dialects on one pool share what is prepared on a connection', async () => {
  const pool = new pg.Pool({ connectionString: database.url, max: 1 })
  const [one, two] = [1, 2].map(() => new Kysely<object>({ dialect: new SluiceDialect({ pool }) }))
  if (one === undefined || two === undefined) throw new Error('There are two.')
  await often(() => new Things(one).count())
  expect(await often(() => new Things(two).count())).toEqual(Array(6).fill(20))
  expect(await preparedOn(pool)).toHaveLength(1)
  await one.destroy()
})
