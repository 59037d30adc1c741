import type { Entrant, Skipped } from './contender-list.js'
import type { DatasetTable } from './dataset.js'
import { measure, type Measurement, type Place, type Task } from './measure.js'
import type { Sizes } from './sizes.js'

/** What every section works with. */
export interface Context {
  readonly place: Place
  readonly sizes: Sizes
  readonly tables: readonly DatasetTable[]
  readonly skipped: readonly Skipped[]
  /** Whether the peers' packages are there; without them, those take part that need none. */
  readonly hasPeers: boolean
  readonly say: (text: string) => void
}

/** Rows per fetch where a section does not vary it. */
export const defaultChunk = 2000

/** Rows per batch that the consumer receives from us. */
export const defaultBatch = 500

/** The table of that name, as a task with the usual sizes. */
export function taskFor({ tables }: Context, name: string, others: Partial<Task> = {}): Task {
  const table = tables.find((each) => each.name === name)
  return {
    table: name,
    property: table?.property ?? name,
    columns: table?.columns ?? {},
    chunkSize: defaultChunk,
    batchSize: defaultBatch,
    ...others,
  }
}

/** Contenders that need no more than this package itself. */
const withoutPeers = [
  'ours.js',
  'ours-one-by-one.js',
  'our-writes.js',
  'our-load.js',
  'our-calls.js',
  'our-parallel.js',
  'cold-start.mjs',
  'calls-pg.mjs',
  'pg-result.mjs',
  'copy.mjs',
  'write-pg.mjs',
  'load-pg.mjs',
]

/** The contenders that can run here, and of these the first. */
export function present<E extends Pick<Entrant, 'module'>>(
  { skipped, hasPeers, sizes }: Pick<Context, 'skipped' | 'hasPeers' | 'sizes'>,
  chosen: readonly E[],
  most = sizes.contenders,
): E[] {
  return chosen
    .filter(
      ({ module }) =>
        (hasPeers || withoutPeers.includes(module)) &&
        !skipped.some(({ modules }) => modules.includes(module)),
    )
    .slice(0, most)
}

/** Runs a contender, and checks that it has seen every row. */
export async function measureAll(
  { place }: Context,
  entrant: Pick<Entrant, 'name' | 'module' | 'form'>,
  task: Task,
  expectedRows: number,
): Promise<Measurement> {
  const result = await measure(place, entrant, task)
  if (result.rows !== expectedRows) {
    throw new Error(`${entrant.name} has seen ${result.rows} rows of ${task.table}, not ${expectedRows}.`)
  }
  return result
}
