import { sql, type Kysely } from 'kysely'
import { sqlStateOf } from '../../src/pg/database-error.js'
import { tableOf } from '../faults/tables.js'
import type { Dice } from './dice.js'
import { LEFT, promise } from './failures.js'
import { firstRows, isRow } from './sources.js'
import type { NumberRow, StressTables } from './tables.js'

/** What becomes of all rows of a write alike: they are there as it wants them, as they were before it, or not at all. */
export type State = 'written' | 'before' | 'absent'

/** A write, and what may be in the database of it as far as is known. */
export interface Write {
  readonly db: Kysely<StressTables>
  readonly number: number
  readonly dice: Dice
  readonly ids: readonly number[]
  /** More than one: nobody can know. */
  may: readonly State[]
}

export const MOST_IDS = 40
/** Of a row that is always there. */
export const TAKEN = -1

export const payloadOf = (state: State, id: number) => `${state} ${id}`

/** What is written, and says when its COMMIT is on its way. */
export const writes: Readonly<Record<string, (write: Write) => Promise<void>>> = {
  create: (write) => step(write, 'written', () => ledger(write.db).create(rowOf(write.ids[0] ?? 0))),
  bulkCreate: (write) => step(write, 'written', () => ledger(write.db).bulkCreate(rowsOf(write))),
  async update(write) {
    await step(write, 'before', () => ledger(write.db).bulkCreate(rowsOf(write, 'before')))
    await step(write, 'written', () => update(write))
  },
  async delete(write) {
    await step(write, 'written', () => ledger(write.db).bulkCreate(rowsOf(write)))
    const ids = [...write.ids]
    await step(write, 'absent', () => write.db.deleteFrom('ledger').where('id', 'in', ids).execute())
  },
  'insert … returning': (write) =>
    step(write, 'written', async () => {
      const query = write.db.insertInto('ledger').values(rowsOf(write)).returningAll()
      let seen = 0
      for await (const { id } of query.stream(10))
        promise(id === write.ids[seen++], `Row ${id} was returned.`)
      promise(seen === write.ids.length, `${seen} rows were returned of ${write.ids.length}.`)
    }),
  async 'a key that is taken'(write) {
    const rows = [...rowsOf(write), { id: TAKEN, payload: '' }]
    await ledger(write.db).bulkCreate(rows)
    promise(false, 'A key was taken twice.')
  },
  async transaction(write) {
    await write.db.transaction().execute(async (trx) => {
      await body(write, trx)
      write.may = ['absent', 'written']
    })
    write.may = ['written']
  },
  async 'transaction that throws'(write) {
    await write.db.transaction().execute(async (trx) => {
      await body(write, trx)
      throw LEFT
    })
  },
  async 'transaction by hand'(write) {
    const trx = await write.db.startTransaction().execute()
    try {
      const inner = await trx.savepoint('inner').execute()
      await ledger(trx).create(rowOf(write.ids[0] ?? 0))
      await inner.rollbackToSavepoint('inner').execute()
      await body(write, trx)
      write.may = ['absent', 'written']
      await trx.commit().execute()
      write.may = ['written']
    } finally {
      if (!trx.isCommitted)
        await trx
          .rollback()
          .execute()
          .catch(() => {})
    }
  },
  async 'rollback by hand'(write) {
    const trx = await write.db.startTransaction().execute()
    try {
      await body(write, trx)
    } finally {
      await trx.rollback().execute()
    }
  },
  async 'transaction with an error that is swallowed'(write) {
    await write.db.transaction().execute(async (trx) => {
      await body(write, trx)
      await sql`select 1 / 0`.execute(trx).catch(() => {})
    })
    promise(false, 'A transaction that failed has succeeded.')
  },
}

/** One statement, which takes its COMMIT with it: unless the server has refused it, nobody knows what became of it. */
async function step(write: Write, to: State, run: () => Promise<unknown>): Promise<void> {
  const from = write.may
  write.may = [...from, to]
  try {
    await run()
  } catch (error) {
    if (/^2[23]|^57014$/.test(sqlStateOf(error) ?? '')) write.may = from
    throw error
  }
  write.may = [to]
}

/** Writes in several ways, with a stream around some of them. */
async function body(write: Write, trx: Kysely<StressTables>): Promise<void> {
  const { dice } = write
  const rows = ledger(trx)
  const [first = 0, ...others] = write.ids
  await rows.create(rowOf(first, 'before'))
  let seen = 0
  const until = dice.below(300)
  for await (const row of firstRows(trx, 'numbers', until).aiterator({ chunkSize: 100 })) {
    promise(isRow('numbers', ++seen, row), `Row ${seen} is ${JSON.stringify(row)}.`)
    if (seen === 50) await rows.filter({ id: first }).update({ payload: payloadOf('written', first) })
  }
  promise(seen === until, `It ended without an error after ${seen} rows.`)
  if (seen < 50) await rows.filter({ id: first }).update({ payload: payloadOf('written', first) })
  if (others.length > 0) await rows.bulkCreate(others.map((id) => rowOf(id)))
}

function update({ db, ids }: Write): Promise<unknown> {
  return db
    .updateTable('ledger')
    .set({ payload: sql<string>`'written ' || id` })
    .where('id', 'in', [...ids])
    .execute()
}

const ledger = (db: Kysely<StressTables>) => tableOf<NumberRow>(db, 'ledger', { id: 'int4', payload: 'text' })
const rowOf = (id: number, state: State = 'written') => ({ id, payload: payloadOf(state, id) })
const rowsOf = ({ ids }: Write, state?: State) => ids.map((id) => rowOf(id, state))
