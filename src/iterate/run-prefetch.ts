import type { DatabaseConnection } from 'kysely'
import { breathe } from '../breath.js'
import { withReadRequest } from '../kysely/read-request.js'
import type { PrefetchQuery, PrefetchSteps } from '../prefetch/prefetch.js'
import { PrefetchFailure } from '../failure/prefetch-failure.js'
import type { ByteBudget } from '../rows/byte-budget.js'
import type { KeyedRow } from '../rows/keyed-reader.js'
import type { Engine } from '../connection/engine.js'
import { isTraced, Trace, traced } from '../trace/trace.js'

/** The steps that complete rows, within a budget. */
export type PrefetchRows = (rows: readonly KeyedRow[], budget: ByteBudget) => PrefetchSteps

/** Gives a task the connection that its query has to run on. */
export type WithConnection = (
  query: (connection: DatabaseConnection) => Promise<KeyedRow[]>,
) => Promise<KeyedRow[]>

/**
 * Runs the queries of a prefetch one after the other, as far as the budget goes.
 *
 * @throws {@link PrefetchFailure}
 */
export async function runPrefetch(
  steps: PrefetchSteps,
  budget: ByteBudget,
  withConnection: WithConnection,
  engine: Engine,
  fetchTimeoutMs?: number,
): Promise<void> {
  for (let step = steps.next(); step.done !== true;) {
    const { value } = step
    if (value === undefined) {
      await breathe()
      step = steps.next([])
      continue
    }
    const { query, reader } = value
    const request = withReadRequest(query, { reader, completes: { fetchTimeoutMs, budget } })
    const trace = prefetchTrace(engine, value)
    const read = () =>
      withConnection(async (connection) => {
        const { rows } = await connection.executeQuery<KeyedRow>(request)
        trace?.fetched(rows.length)
        return rows
      })
    const related = await traced(trace, read).catch((error: unknown) => {
      throw new PrefetchFailure(value, error)
    })
    step = steps.next(related)
  }
}

/** Begins the trace of a prefetch, if anybody listens. */
export function prefetchTrace(engine: Engine, step: PrefetchQuery, isSync = false): Trace | undefined {
  return isTraced(isSync ? engine : undefined)
    ? new Trace(engine, { kind: 'prefetch', isSync, ...step })
    : undefined
}
