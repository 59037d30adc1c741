import { connect, type KyselyHandle } from 'sluice'
import type { CallHelpers, CalledTable, Contender, ReadJob } from './job.js'

// Made when the benchmark runs: not there to be resolved when it is type-checked.
const generated = new URL('../../generated/index.js', import.meta.url).href

/** Small queries by repositories. */
export async function open(job: ReadJob): Promise<Contender> {
  // Shared with the peers, which are JavaScript and not compiled into this folder.
  const { caller, keyOf, newNote } = (await import(new URL('calls.mjs', job.peers).href)) as CallHelpers
  const db = connect<Record<string, object>>({ connectionString: job.url, max: job.atOnce ?? 1 })
  const { repositories } = (await import(generated)) as {
    repositories: (handle: KyselyHandle) => Record<'mixed' | 'notes' | 'parents', CalledTable>
  }
  const { mixed, notes, parents } = repositories(db)
  const count = job.parents ?? 0
  const between = (n: number) => mixed.filter({ id: { gte: keyOf(job, n), lt: keyOf(job, n) + 20 } })
  const calls = {
    get: (n: number) => mixed.get({ id: keyOf(job, n) }),
    rows: (n: number) => between(n).orderBy('id').toArray(),
    count: (n: number) => between(n).count(),
    create: (n: number) => notes.create(newNote(n)),
    update: (n: number) => parents.filter({ id: (n % count) + 1 }).update({ name: `parent ${n}` }),
    page: (n: number) => {
      const page = parents
        .filter({ id: { gt: n % (count - 20) } })
        .orderBy('id')
        .slice(0, 20)
      return page.prefetchRelated('children', 'toys').toArray()
    },
  }
  return { ...caller(job, calls), close: () => db.close() }
}
