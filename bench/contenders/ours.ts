/** What this package reads and writes in. Compiled to JavaScript before it is measured, as in an installed package. */
import { connect, type KyselyHandle } from 'sluice'
import { forms } from './our-forms.js'
import type { Contender, ReadJob, Table } from './job.js'

// Made when the benchmark runs: not there to be resolved when it is type-checked.
const generated = new URL('../../generated/index.js', import.meta.url).href

/** Opens one form of reading. */
export async function open(job: ReadJob): Promise<Contender> {
  const db = connect<Record<string, object>>({ connectionString: job.url })
  const { repositories } = (await import(generated)) as {
    repositories: (handle: KyselyHandle) => Record<string, Table>
  }
  const table = repositories(db)[job.property]
  const read = forms[job.form]
  if (table === undefined || read === undefined)
    throw new Error(`There is no table ${job.property}, or no form ${job.form}.`)
  const all = job.limit === undefined ? table.all() : table.slice(0, job.limit)
  return {
    warm: () => read(table.slice(0, 1), job, () => undefined, db),
    read: (onRows) => read(all, job, onRows, db),
    close: () => db.close(),
  }
}
