import { sql } from 'kysely'
import type { Database } from '../../src/index.js'
import { tableOf } from '../faults/tables.js'
import { promise } from '../stress/failures.js'
import { firstRows, isRow } from '../stress/sources.js'
import type { StressTables } from '../stress/tables.js'
import type { Operation, Plan } from './plan.js'

/** A conversation with the server, seen from those who want something. */
export interface Conversation {
  readonly db: Database<StressTables>
  readonly plan: Plan
  /** Rows that a loop has received. */
  seen: number
  /** Rows that have to be there when it has succeeded, and may be, all together, when it has failed. */
  written: readonly number[]
}

/** What is done, and looks at what comes of it. */
export const run: Readonly<Record<Operation, (conversation: Conversation) => Promise<void>>> = {
  aiterator: (conversation) => stream(conversation),
  prefetch: (conversation) => stream(conversation),
  async iterator(conversation) {
    const { db, plan } = conversation
    for (const item of firstRows(db, plan.source, plan.rows).iterator(optionsOf(plan)))
      take(conversation, item)
    await Promise.resolve()
    isAll(conversation)
  },
  async stock(conversation) {
    const { db, plan } = conversation
    const query = db.selectFrom('numbers').selectAll().where('id', '<=', plan.rows)
    for await (const row of query.stream(plan.chunkSize ?? 100)) take(conversation, row)
    isAll(conversation)
  },
  async toArray(conversation) {
    const { db, plan } = conversation
    for (const row of await firstRows(db, plan.source, plan.rows).toArray()) take(conversation, row)
    isAll(conversation)
  },
  async count({ db, plan }) {
    const count = await firstRows(db, 'numbers', plan.rows).count()
    promise(count === plan.rows, `Counted ${count} instead of ${plan.rows}.`)
  },
  async 'free-hand'(conversation) {
    const { db, plan } = conversation
    const { rows } =
      plan.number % 2 === 0
        ? await sql<object>`select * from numbers where id <= ${plan.rows}`.execute(db)
        : await sql<object>`select * from numbers where id <= ${sql.lit(plan.rows)}`.execute(db)
    for (const row of rows) take(conversation, row)
    isAll(conversation)
  },
  async create(conversation) {
    const [id = 0] = (conversation.written = idsOf(conversation.plan, 1))
    const created = await items(conversation).create({ id, payload: `x${id}` })
    promise(created.id === id && created.payload === `x${id}`, `Created ${JSON.stringify(created)}.`)
  },
  async bulkCreate(conversation) {
    const ids = (conversation.written = idsOf(conversation.plan, conversation.plan.rows))
    await items(conversation).bulkCreate(ids.map((id) => ({ id, payload: `x${id}` })))
  },
  async update(conversation) {
    const [id = 0] = (conversation.written = idsOf(conversation.plan, 1))
    const rows = items(conversation)
    await rows.bulkCreate([{ id, payload: 'before' }])
    await rows.filter({ id }).update({ payload: `x${id}` })
  },
  async transaction(conversation) {
    const ids = (conversation.written = idsOf(conversation.plan, 3))
    const { db, plan } = conversation
    await db.transaction().execute(async (trx) => {
      const rows = tableOf<Item>(trx, 'items', COLUMNS)
      const [first = 0, second = 0, third = 0] = ids
      await rows.create({ id: first, payload: `x${first}` })
      for await (const row of firstRows(trx, 'numbers', plan.rows).aiterator({ chunkSize: 100 })) {
        take(conversation, row)
        if (conversation.seen === 1) await rows.create({ id: second, payload: `x${second}` })
      }
      isAll(conversation)
      if (conversation.seen === 0) await rows.create({ id: second, payload: `x${second}` })
      await trx
        .insertInto('items')
        .values({ id: third, payload: `x${third}` })
        .execute()
    })
  },
}

interface Item {
  id: number
  payload: string
}
const COLUMNS = { id: 'int4', payload: 'text' } as const
const MOST_IDS = 100

const items = ({ db }: Conversation) => tableOf<Item>(db, 'items', COLUMNS)

/** Of which no other conversation has any. */
function idsOf({ number }: Plan, count: number): number[] {
  return Array.from({ length: count }, (_, index) => (number % 10_000_000) * MOST_IDS + index)
}

async function stream(conversation: Conversation): Promise<void> {
  const { db, plan } = conversation
  for await (const item of firstRows(db, plan.source, plan.rows).aiterator(optionsOf(plan)))
    take(conversation, item)
  isAll(conversation)
}

function optionsOf({ chunkSize, batchYieldSize }: Plan) {
  return {
    ...(chunkSize !== undefined && { chunkSize }),
    ...(batchYieldSize !== undefined && { batchYieldSize }),
  }
}

/** A row or a batch: the next rows, each once. */
function take(conversation: Conversation, item: object): void {
  const { source } = conversation.plan
  for (const row of Array.isArray(item) ? (item as object[]) : [item]) {
    const number = ++conversation.seen
    promise(isRow(source, number, row), `Row ${number} is ${JSON.stringify(row)}.`)
  }
}

function isAll({ plan, seen }: Conversation): void {
  promise(seen === plan.rows, `It ended without an error after ${seen} rows.`)
}
