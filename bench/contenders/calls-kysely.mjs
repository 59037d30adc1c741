import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { caller, joined, keyOf, newNote } from './calls.mjs'

/** Kysely on pg. */
export function open(job) {
  const pool = new pg.Pool({ connectionString: job.url, max: job.atOnce })
  const db = new Kysely({ dialect: new PostgresDialect({ pool }) })
  const columns = Object.keys(job.columns)
  const between = (query, n) => query.where('id', '>=', keyOf(job, n)).where('id', '<', keyOf(job, n) + 20)
  const ofParents = (table, ids) =>
    db.selectFrom(table).select(['id', 'parent_id', 'name']).where('parent_id', 'in', ids).execute()
  const calls = {
    get: (n) => db.selectFrom('mixed').select(columns).where('id', '=', keyOf(job, n)).executeTakeFirst(),
    rows: (n) => between(db.selectFrom('mixed').select(columns), n).orderBy('id').execute(),
    count: (n) =>
      between(
        db.selectFrom('mixed').select((eb) => eb.fn.countAll().as('count')),
        n,
      ).executeTakeFirst(),
    create: (n) => db.insertInto('notes').values(newNote(n)).returningAll().executeTakeFirst(),
    update: (n) =>
      db
        .updateTable('parents')
        .set({ name: `parent ${n}` })
        .where('id', '=', (n % job.parents) + 1)
        .executeTakeFirst(),
    page: async (n) => {
      const first = n % (job.parents - 20)
      const query = db.selectFrom('parents').select(['id', 'name']).where('id', '>', first)
      const parents = await query.orderBy('id').limit(20).execute()
      const ids = parents.map(({ id }) => id)
      return joined(parents, ...(await Promise.all([ofParents('children', ids), ofParents('toys', ids)])))
    },
  }
  return { ...caller(job, calls), close: () => db.destroy() }
}
