import { sql, type ExpressionBuilder } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UsageError } from 'sluice'
import { hostileNames, hostileStrings, unstorableStrings } from './corpus.js'
import { itemOf, items, itemsTable } from './items.js'
import { call, openTarget, type Target } from './target.js'

type Columns = { items: { id: number; label: string; doc: Record<string, string> } }

let target: Target
let before: unknown
beforeAll(async () => {
  target = await openTarget(itemsTable)
  before = await target.census()
  await target.repository('items').bulkCreate(items)
})
afterAll(async () => {
  expect(await target.census()).toEqual(before)
  await target[Symbol.asyncDispose]()
})

/** Where each string takes several statements: every third, and all with a backslash or of a length. */
const sample = hostileStrings.filter(
  (text, index) => index % 3 === 0 || text.includes('\\') || text.length > 60,
)

const idOf = (text: string): number => hostileStrings.indexOf(text) + 1

describe.each(['on', 'off'])('with standard_conforming_strings %s', (setting) => {
  it('keys of JSON paths, literals and parameters of Kysely find the row that they are about', async () => {
    await target.db.connection().execute(async (connection) => {
      await sql`select set_config('standard_conforming_strings', ${setting}, false)`.execute(connection)
      const repository = target.repository('items').using(connection)
      for (const text of sample) {
        const id = [{ id: idOf(text) }]
        const find = (callback: (eb: ExpressionBuilder<Columns, 'items'>) => unknown) =>
          call(repository, 'filter', callback).values('id').toArray()
        expect(await find((eb) => eb('label', '=', text))).toEqual(id)
        expect(await find((eb) => eb(eb.ref('doc', '->>').key(text), 'is not', null))).toEqual(id)
        expect(await find((eb) => eb('label', '=', sql.lit(text)))).toEqual(id)
        const out = call(repository, 'filter', { label: text }).values('id').toKysely()
        expect(await out.execute()).toEqual(id)
        const { rows } = await sql<object>`select id from items where label = ${sql.lit(text)}`.execute(
          connection,
        )
        expect(rows).toEqual(id)
      }
      await sql`reset standard_conforming_strings`.execute(connection)
    })
  })
})

it('parameters of free-hand SQL come back as they are', async () => {
  for (const text of sample) {
    const { rows } =
      await sql<object>`select ${text}::text as text, ${[text, null]}::text[] as texts`.execute(target.db)
    expect(rows).toEqual([{ text, texts: [text, null] }])
  }
})

it('what names no savepoint, isolation level or access mode changes nothing', async () => {
  for (const text of sample) {
    const transaction = target.db.transaction()
    for (const method of ['setIsolationLevel', 'setAccessMode']) {
      if (text === '') continue
      const begun = call(transaction, method, text) as unknown as typeof transaction
      await expect(begun.execute(() => Promise.resolve())).rejects.toThrow(/invalid transaction/)
    }
  }
  const isRefused = (name: string): boolean => !hostileNames.includes(name)
  const trx = await target.db.startTransaction().execute()
  for (const name of [...sample, ...unstorableStrings]) {
    if (isRefused(name)) {
      // One that is cut could be another savepoint.
      await expect(trx.savepoint(name).execute()).rejects.toThrow(UsageError)
      continue
    }
    const point = await trx.savepoint(name).execute()
    await target.repository('items').using(trx).create(itemOf(name, 100_000))
    await point.rollbackToSavepoint(name as never).execute()
    await point.releaseSavepoint(name as never).execute()
  }
  expect(await target.repository('items').using(trx).count()).toBe(items.length)
  await trx.rollback().execute()
})
