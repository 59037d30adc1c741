import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import Cursor from 'pg-cursor'

/** Kysely's own `stream` on its own dialect: rows. */
export function open(job) {
  const pool = new pg.Pool({ connectionString: job.url, max: 1 })
  const db = new Kysely({ dialect: new PostgresDialect({ pool, cursor: Cursor }) })
  const read = async (limit, onRows) => {
    const all = db.selectFrom(job.table).selectAll()
    const query = limit === undefined ? all : all.limit(limit)
    for await (const _row of query.stream(job.chunkSize)) onRows(1)
  }
  return {
    warm: () => read(1, () => undefined),
    read: (onRows) => read(job.limit, onRows),
    close: () => db.destroy(),
  }
}
