import { connect, type KyselyHandle } from 'sluice'
import { Client } from 'pg'
import type { Contender, ReadJob, WriteHelpers, WrittenTable } from './job.js'

// Made when the benchmark runs: not there to be resolved when it is type-checked.
const generated = new URL('../../generated/index.js', import.meta.url).href

/** Opens `bulkCreate` or `bulkUpdate`. */
export async function open(job: ReadJob): Promise<Contender> {
  // Shared with the peers, which are JavaScript and not compiled into this folder.
  const { changed, newRows, setUp } = (await import(new URL('targets.mjs', job.peers).href)) as WriteHelpers
  const db = connect<Record<string, object>>({ connectionString: job.url })
  const { repositories } = (await import(generated)) as {
    repositories: (handle: KyselyHandle) => { readonly targets: WrittenTable }
  }
  const { targets } = repositories(db)
  const rows = newRows(job.limit ?? 0)
  return {
    warm: async () => {
      const client = new Client(job.url)
      await client.connect()
      await client.query(setUp(job.form, rows.length))
      await client.end()
      await targets.first()
    },
    read: async (onRows) => {
      if (job.form === 'update') await targets.bulkUpdate(rows, changed)
      else await targets.bulkCreate(rows)
      return onRows(rows.length)
    },
    close: () => db.close(),
  }
}
