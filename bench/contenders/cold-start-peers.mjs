const limited = (job) => `select * from ${job.table} limit 1`

/** What is imported, and how a first row is read by it. */
const peers = {
  pg: {
    modules: ['pg'],
    connect: ({ url }, { default: pg }) => {
      const pool = new pg.Pool({ connectionString: url })
      return { first: (job) => pool.query(limited(job)).then(({ rows }) => rows), close: () => pool.end() }
    },
  },
  kysely: {
    modules: ['kysely', 'pg'],
    connect: ({ url }, { Kysely, PostgresDialect }, { default: pg }) => {
      const db = new Kysely({
        dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url }) }),
      })
      return {
        first: (job) => db.selectFrom(job.table).selectAll().limit(1).execute(),
        close: () => db.destroy(),
      }
    },
  },
  drizzle: {
    modules: ['drizzle-orm/node-postgres', 'drizzle-orm', 'pg'],
    connect: ({ url }, { drizzle }, { sql }, { default: pg }) => {
      const pool = new pg.Pool({ connectionString: url })
      const db = drizzle(pool)
      return {
        first: (job) => db.execute(sql.raw(limited(job))).then(({ rows }) => rows),
        close: () => pool.end(),
      }
    },
  },
  postgres: {
    modules: ['postgres'],
    connect: ({ url }, { default: postgres }) => {
      const sql = postgres(url, { onnotice: () => undefined })
      return { first: (job) => sql.unsafe(limited(job)), close: () => sql.end() }
    },
  },
}

/** The first use of a peer in a process: its import, or its first row. */
export async function open(job) {
  const [name, part] = job.form.split(' ')
  const { modules, connect } = peers[name]
  const load = () => Promise.all(modules.map((module) => import(module)))
  if (part === 'import') {
    const read = async (onRows) => onRows((await load()) && 1)
    return { warm: () => undefined, read, close: () => undefined }
  }
  const { first, close } = connect(job, ...(await load()))
  return { warm: () => undefined, read: async (onRows) => onRows((await first(job)).length), close }
}
