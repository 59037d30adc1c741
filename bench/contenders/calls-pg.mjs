import pg from 'pg'
import { caller, joined, keyOf, newNote } from './calls.mjs'

/** pg's pool, with SQL by hand. */
export function open(job) {
  const pool = new pg.Pool({ connectionString: job.url, max: job.atOnce })
  const columns = Object.keys(job.columns).join(', ')
  const query = async (sql, values) => (await pool.query(sql, values)).rows
  const calls = {
    get: (n) => query(`select ${columns} from mixed where id = $1`, [keyOf(job, n)]),
    rows: (n) =>
      query(`select ${columns} from mixed where id >= $1 and id < $2 order by id`, [
        keyOf(job, n),
        keyOf(job, n) + 20,
      ]),
    count: (n) =>
      query('select count(*) from mixed where id >= $1 and id < $2', [keyOf(job, n), keyOf(job, n) + 20]),
    create: (n) =>
      query(
        'insert into notes (name, email, amount) values ($1, $2, $3) returning *',
        Object.values(newNote(n)),
      ),
    update: (n) =>
      query('update parents set name = $1 where id = $2', [`parent ${n}`, (n % job.parents) + 1]),
    page: async (n) => {
      const first = n % (job.parents - 20)
      const parents = await query('select id, name from parents where id > $1 order by id limit 20', [first])
      const ids = parents.map(({ id }) => id)
      const [children, toys] = await Promise.all([
        query('select id, parent_id, name from children where parent_id = any($1)', [ids]),
        query('select id, parent_id, name from toys where parent_id = any($1)', [ids]),
      ])
      return joined(parents, children, toys)
    },
  }
  return { ...caller(job, calls), close: () => pool.end() }
}
