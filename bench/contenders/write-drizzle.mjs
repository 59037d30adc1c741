import { eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import * as core from 'drizzle-orm/pg-core'
import pg from 'pg'
import { inBatches, newRows, setUp } from './targets.mjs'

const targets = core.pgTable('targets', {
  id: core.integer('id').primaryKey(),
  name: core.text('name').notNull(),
  email: core.text('email').notNull(),
  amount: core.numeric('amount').notNull(),
  active: core.boolean('active').notNull(),
  payload: core.jsonb('payload').notNull(),
  at: core.timestamp('at', { withTimezone: true }).notNull(),
})

/** Drizzle: `values` of many rows; it has no update of many rows, so one by one in a transaction. */
export function open(job) {
  const pool = new pg.Pool({ connectionString: job.url, max: 1 })
  const db = drizzle(pool)
  const rows = newRows(job.limit)
  return {
    warm: () => pool.query(setUp(job.form, job.limit)),
    read: async (onRows) => {
      await db.transaction(async (trx) => {
        if (job.form === 'update') {
          for (const { id, ...row } of rows) await trx.update(targets).set(row).where(eq(targets.id, id))
          return
        }
        for (const batch of inBatches(rows)) await trx.insert(targets).values(batch)
      })
      onRows(rows.length)
    },
    close: () => pool.end(),
  }
}
