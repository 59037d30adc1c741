import type { DatabaseConnection } from 'kysely'
import { withReadRequest } from '../kysely/read-request.js'
import type { PrefetchQuery } from '../prefetch/prefetch.js'
import { PrefetchFailure } from '../failure/prefetch-failure.js'
import type { KeyedRow } from '../rows/keyed-reader.js'

/** The steps that complete the rows of one chunk. */
export type PrefetchRows = (rows: readonly KeyedRow[]) => Generator<PrefetchQuery, void, KeyedRow[]>

/** Gives a task the connection that its query has to run on. */
export type WithConnection = (
  query: (connection: DatabaseConnection) => Promise<KeyedRow[]>,
) => Promise<KeyedRow[]>

/**
 * Runs the queries of a prefetch one after the other; returns the rows without their keys.
 *
 * @throws {@link PrefetchFailure}
 */
export async function runPrefetch(
  prefetch: PrefetchRows,
  rows: readonly KeyedRow[],
  withConnection: WithConnection,
  fetchTimeoutMs?: number,
): Promise<unknown[]> {
  const steps = prefetch(rows)
  for (let step = steps.next(); step.done !== true;) {
    const { value } = step
    const { query, reader } = value
    const request = withReadRequest(query, { reader, completes: { fetchTimeoutMs } })
    const related = await withConnection(
      async (connection) => (await connection.executeQuery<KeyedRow>(request)).rows,
    ).catch((error: unknown) => {
      throw new PrefetchFailure(value, error)
    })
    step = steps.next(related)
  }
  return rows.map(({ row }) => row)
}
