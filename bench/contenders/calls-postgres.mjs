import postgres from 'postgres'
import { caller, joined, keyOf, newNote } from './calls.mjs'

/** postgres.js, whose statements are prepared. */
export function open(job) {
  const sql = postgres(job.url, { max: job.atOnce })
  const columns = sql(Object.keys(job.columns))
  const calls = {
    get: (n) => sql`select ${columns} from mixed where id = ${keyOf(job, n)}`,
    rows: (n) =>
      sql`select ${columns} from mixed where id >= ${keyOf(job, n)} and id < ${keyOf(job, n) + 20} order by id`,
    count: (n) => sql`select count(*) from mixed where id >= ${keyOf(job, n)} and id < ${keyOf(job, n) + 20}`,
    create: (n) => sql`insert into notes ${sql(newNote(n))} returning *`,
    update: (n) => sql`update parents set name = ${`parent ${n}`} where id = ${(n % job.parents) + 1}`,
    page: async (n) => {
      const first = n % (job.parents - 20)
      const parents = await sql`select id, name from parents where id > ${first} order by id limit 20`
      const ids = parents.map(({ id }) => id)
      const [children, toys] = await Promise.all([
        sql`select id, parent_id, name from children where parent_id = any(${ids})`,
        sql`select id, parent_id, name from toys where parent_id = any(${ids})`,
      ])
      return joined(parents, children, toys)
    },
  }
  return { ...caller(job, calls), close: () => sql.end() }
}
