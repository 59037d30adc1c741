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

/** Gives a task the connection that its queries have to run on. */
export type WithConnection = <T>(task: (connection: DatabaseConnection) => Promise<T>) => Promise<T>

/** How the queries of a prefetch run. */
export interface PrefetchRun {
  readonly engine: Engine
  readonly budget: ByteBudget
  readonly withConnection: WithConnection
  /** What they are sent with: the request of the stream that they belong to, or anything that is theirs alone. */
  readonly group: object
  readonly fetchTimeoutMs?: number | undefined
}

/**
 * Runs the queries of a prefetch, those of one level in one go, as far as the budget goes.
 *
 * @throws {@link PrefetchFailure}
 */
export async function runPrefetch(steps: PrefetchSteps, run: PrefetchRun): Promise<void> {
  for (let step = steps.next(); step.done !== true;) {
    const { value } = step
    if (value !== undefined) step = steps.next(await readTogether(value, run))
    else {
      await breathe()
      step = steps.next([])
    }
  }
}

async function readTogether(queries: readonly PrefetchQuery[], run: PrefetchRun): Promise<KeyedRow[][]> {
  // Each has its answer before anything else is sent; those behind one that failed may have failed by it.
  const answers = await run.withConnection((connection) =>
    Promise.allSettled(queries.map((query) => readRelated(connection, query, run))),
  )
  return answers.map((answer) => {
    if (answer.status === 'rejected') throw answer.reason
    return answer.value
  })
}

async function readRelated(
  connection: DatabaseConnection,
  related: PrefetchQuery,
  { engine, budget, group, fetchTimeoutMs }: PrefetchRun,
): Promise<KeyedRow[]> {
  const { query, reader } = related
  const request = withReadRequest(query, { reader, completes: { fetchTimeoutMs, budget, group } })
  const trace = prefetchTrace(engine, related)
  try {
    return await traced(trace, async () => {
      const { rows } = await connection.executeQuery<KeyedRow>(request)
      trace?.fetched(rows.length)
      return rows
    })
  } catch (error) {
    throw new PrefetchFailure(related, error)
  }
}

/** Begins the trace of a prefetch, if anybody listens. */
export function prefetchTrace(engine: Engine, step: PrefetchQuery, isSync = false): Trace | undefined {
  return isTraced(isSync ? engine : undefined)
    ? new Trace(engine, { kind: 'prefetch', isSync, ...step })
    : undefined
}
