import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { inBatches, newRows, setUp } from './targets.mjs'

/** Kysely: `values` of many rows; it has no update of many rows, so one by one in a transaction. */
export function open(job) {
  const pool = new pg.Pool({ connectionString: job.url, max: 1 })
  const db = new Kysely({ dialect: new PostgresDialect({ pool }) })
  const rows = newRows(job.limit)
  return {
    warm: () => pool.query(setUp(job.form, job.limit)),
    read: async (onRows) => {
      await db.transaction().execute(async (trx) => {
        if (job.form === 'update') {
          for (const { id, ...row } of rows) {
            await trx.updateTable('targets').set(row).where('id', '=', id).execute()
          }
          return
        }
        for (const batch of inBatches(rows)) await trx.insertInto('targets').values(batch).execute()
      })
      onRows(rows.length)
    },
    close: () => db.destroy(),
  }
}
