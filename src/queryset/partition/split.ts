import type { Binding } from '../../kysely/handle.js'
import type { Position } from '../../position/beyond.js'
import { exactType } from '../../position/exact.js'
import { positionOf } from '../../position/position.js'
import { sortedBy } from '../../query/order/ordering.js'
import { change, initialState, type QueryState } from '../../query/state.js'
import { codecFor } from '../../types/codec-for.js'
import { knownRowReader } from '../../rows/row-reader.js'
import { tupleShape } from '../../rows/shape.js'
import { compileSql } from '../../sql/compile.js'
import { splitPoints } from '../../sql/select/split-points.js'
import { readAll } from '../read.js'
import { plan } from '../run.js'

/** Rows to look at for each part: a few dozen blocks, so that parts differ by a tenth or so. */
const ROWS_A_PART = 3000
/** With fewer rows for each part a larger sample is taken. */
const FEWEST_A_PART = 100

/**
 * The last key of each part but the last. All rows are looked at, or a sample of the table's blocks where there are
 * many; a larger one where the filter leaves few.
 *
 * @param state of `withPositions`, by the fields of a key.
 */
export async function splitOf(binding: Binding, state: QueryState, parts: number): Promise<Position[]> {
  const wanted = ROWS_A_PART * parts
  const estimate = canSample(state) ? await estimatedRows(binding, state) : 0
  for (let percent = (100 * wanted) / Math.max(estimate, 1); percent < 50; percent *= 10) {
    const { points, rows } = await look(binding, state, parts, percent)
    if (rows >= FEWEST_A_PART * parts) return points
  }
  return (await look(binding, state, parts)).points
}

function canSample({ table, call }: QueryState): boolean {
  const { kind } = table
  return (
    call === undefined && (kind === 'table' || kind === 'partitioned table' || kind === 'materialized view')
  )
}

async function estimatedRows(binding: Binding, { table, schemas }: QueryState): Promise<number> {
  const document = await plan(binding, initialState(table, schemas), { format: 'json' })
  // What EXPLAIN (FORMAT JSON) always has.
  const [top] = document as [{ readonly Plan: { readonly 'Plan Rows': number } }]
  return top.Plan['Plan Rows']
}

async function look(binding: Binding, state: QueryState, parts: number, percent?: number) {
  const key = sortedBy(state.order)
  const types = [...key.map(({ type }) => exactType(type)), 'int8']
  const query = compileSql(splitPoints({ state, key, parts, ...(percent !== undefined && { percent }) }))
  const columns = types.map((type, index) => ({ label: key[index]?.name ?? 'n', codec: codecFor(type) }))
  const reader = knownRowReader<unknown[]>(columns, tupleShape(columns.length))
  const rows = await readAll(binding, { state: change(state, { none: false }), query, reader })
  const points = (rows as unknown[][]).map((row) => positionOf(state, row))
  return { points, rows: Number((rows as unknown[][])[0]?.at(-1) ?? 0) }
}
