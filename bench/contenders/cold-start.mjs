/** The first use of this package in a process, of which each runs only one part: its import, or its first row. */
export async function open(job) {
  const entry = new URL('dist/index.js', job.published).href
  if (job.form === 'import') {
    return {
      warm: () => Promise.all([import('pg'), import('kysely')]),
      read: async (onRows) => onRows((await import(entry)) && 1),
      close: () => undefined,
    }
  }
  const { connect } = await import(entry)
  const { repositories } = await import(new URL('generated/index.js', job.published).href)
  const db = connect({ connectionString: job.url })
  const table = repositories(db)[job.property]
  const read = {
    aiterator: async (onRows) => {
      for await (const _row of table.aiterator()) return onRows(1)
    },
    iterator: (onRows) => {
      for (const _row of table.iterator()) return onRows(1)
    },
  }[job.form]
  return { warm: () => undefined, read, close: () => db.close() }
}
