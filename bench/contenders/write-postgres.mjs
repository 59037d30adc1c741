import postgres from 'postgres'
import { fields, inBatches, newRows, setUp } from './targets.mjs'

/** postgres.js: its helper for many rows; updates from text, which it does not type. */
export function open(job) {
  const sql = postgres(job.url, { max: 1, onnotice: () => undefined })
  const rows = newRows(job.limit)
  return {
    warm: () => sql.unsafe(setUp(job.form, job.limit)),
    read: async (onRows) => {
      await sql.begin(async (trx) => {
        for (const batch of inBatches(rows))
          await (job.form === 'update' ? update(trx, batch) : insert(trx, batch))
      })
      onRows(rows.length)
    },
    close: () => sql.end(),
  }
}

function insert(sql, rows) {
  return sql`insert into targets ${sql(rows, fields)}`
}

function update(sql, rows) {
  const texts = rows.map((row) => [
    String(row.id),
    row.name,
    row.email,
    row.amount,
    String(row.active),
    JSON.stringify(row.payload),
    row.at.toISOString(),
  ])
  return sql`
    update targets set
      name = new.name, email = new.email, amount = new.amount::numeric, active = new.active::bool,
      payload = new.payload::jsonb, at = new.at::timestamptz
    from (values ${sql(texts)}) as new (id, name, email, amount, active, payload, at)
    where targets.id = new.id::int4`
}
