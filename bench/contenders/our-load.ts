import { connect, type KyselyHandle } from 'sluice'
import { Client } from 'pg'
import type { Contender, LoadHelpers, LoadedTable, ReadJob } from './job.js'

// Made when the benchmark runs: not there to be resolved when it is type-checked.
const generated = new URL('../../generated/index.js', import.meta.url).href

/** Opens `bulkCreate` of an iterable. */
export async function open(job: ReadJob): Promise<Contender> {
  // Shared with the peers, which are JavaScript and not compiled into this folder.
  const { emptied, loadedRows } = (await import(new URL('loaded-rows.mjs', job.peers).href)) as LoadHelpers
  const db = connect<Record<string, object>>({ connectionString: job.url })
  const { repositories } = (await import(generated)) as {
    repositories: (handle: KyselyHandle) => { readonly loaded: LoadedTable }
  }
  const { loaded } = repositories(db)
  return {
    warm: async () => {
      const client = new Client(job.url)
      await client.connect()
      await client.query(emptied)
      await client.end()
      await loaded.first()
    },
    read: async (onRows) => onRows(await loaded.bulkCreate(loadedRows(job.limit ?? 0))),
    close: () => db.close(),
  }
}
