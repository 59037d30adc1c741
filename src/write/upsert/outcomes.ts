import { UsageError } from '../../errors.js'
import type { Binding } from '../../kysely/handle.js'
import type { QueryState } from '../../query/state.js'
import { qualifiedName } from '../../schema/qualified-name.js'
import { outcomeCountsReader, outcomeReader, type OutcomeRow } from '../../rows/outcome-readers.js'
import type { OnConflict } from '../../sql/write/conflict.js'
import { insertCounted, insertWithOutcomes } from '../../sql/write/outcomes.js'
import { isCopied, type Batch, type Group } from '../batch.js'
import { writeBatches, type BatchedRows } from '../write-batches.js'
import type { Writer } from '../writer.js'

/** What became of a row that was to be inserted, and the row as it is in the table then. */
export type RowOutcome<Row> =
  | { readonly outcome: 'inserted' | 'updated'; readonly row: Row }
  /** A row that was there, and that `updateWhere` leaves, or `ignoreConflicts` does. */
  | { readonly outcome: 'left'; readonly row: null }

/** Of how many rows what became. */
export interface OutcomeCounts {
  /** How many rows were inserted. */
  readonly inserted: number
  /** How many rows were updated. */
  readonly updated: number
  /** How many rows were left as they are. */
  readonly left: number
}

type Conflict = Exclude<OnConflict, { readonly kind: 'fail' }>

/** Inserts rows, and tells of an array's what became of each in its order, of others of how many. */
export async function createWithOutcomes(
  binding: Binding,
  state: QueryState,
  batched: BatchedRows,
  conflict: Conflict,
): Promise<RowOutcome<unknown>[] | OutcomeCounts> {
  const isArray = Array.isArray(batched.rows)
  const outcomes: RowOutcome<unknown>[] = []
  const counts = { inserted: 0, updated: 0, left: 0 }
  await writeBatches(binding, state, { ...batched, undoable: isArray }, async (writer, batch) => {
    const found = isArray ? await outcomesOf(writer, batch, conflict) : []
    for (const outcome of found) outcomes.push(outcome)
    if (isArray) return
    for (const group of groupsOf(batch)) await count(writer, group, conflict, counts)
  })
  return isArray ? outcomes : counts
}

/** No row is copied where conflicts are handled. */
function groupsOf({ groups }: Batch): Group[] {
  return groups.filter((group): group is Group => !isCopied(group))
}

async function count(
  writer: Writer,
  { columns, positions }: Group,
  conflict: Conflict,
  counts: { inserted: number; updated: number; left: number },
): Promise<void> {
  const rows = positions.length
  const [{ inserted = 0n, updated = 0n } = {}] = await writer.read(
    (scope) => insertCounted(scope, columns, rows, conflict),
    outcomeCountsReader,
  )
  counts.inserted += Number(inserted)
  counts.updated += Number(updated)
  counts.left += rows - Number(inserted) - Number(updated)
}

async function outcomesOf(writer: Writer, batch: Batch, conflict: Conflict): Promise<RowOutcome<unknown>[]> {
  const outcomes = new Array<RowOutcome<unknown>>(batch.rows)
  for (const { columns, positions } of groupsOf(batch)) {
    const rows = await writer.read(
      (scope) => insertWithOutcomes(scope, columns, positions.length, conflict),
      outcomeReader(writer.state),
    )
    for (const [place, written] of paired(rows, writer)) {
      const position = positions[place - 1]
      if (position !== undefined) outcomes[position] = outcomeOf(written)
    }
  }
  return outcomes
}

function outcomeOf(written: OutcomeRow | undefined): RowOutcome<unknown> {
  if (written === undefined) return { outcome: 'left', row: null }
  return { outcome: written.inserted === true ? 'inserted' : 'updated', row: written.row }
}

/**
 * Which of the rows that were written is which of those given. They were joined by their keys; where a key is NULL, or a
 * trigger has changed it, their order tells, which both have in common.
 */
function* paired(
  rows: readonly OutcomeRow[],
  { state: { table } }: Writer,
): Generator<[place: number, written: OutcomeRow | undefined]> {
  const given: OutcomeRow[] = []
  const written: OutcomeRow[] = []
  for (const row of rows) {
    if (row.place === null) written.push(row)
    else if (row.inserted === null) given.push(row)
    else yield [Number(row.place), row]
  }
  const open = written.length === given.length ? given : given.filter(({ isOpen }) => isOpen === true)
  if (written.length !== 0 && written.length !== open.length) {
    throw new UsageError(
      `bulkCreate() cannot tell the outcomes of rows of ${qualifiedName(table)}: a trigger of the table changes the key ` +
        'that they are found by. Leave outcomes out.',
    )
  }
  const writtenOf = new Map(written.length === 0 ? [] : open.map((row, index) => [row, written[index]]))
  for (const row of given) yield [Number(row.place), writtenOf.get(row)]
}
