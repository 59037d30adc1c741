import { insertRows, type InsertEnd } from '../sql/write/insert.js'
import type { OnConflict } from '../sql/write/conflict.js'
import { UsageError } from '../errors.js'
import { checkOptions } from '../options.js'
import type { Binding } from '../kysely/handle.js'
import { OtherEngine } from '../kysely/others/engine.js'
import { encodeCell, type Cell } from '../query/assignment.js'
import { columnsOf } from '../query/columns.js'
import { isComputed } from '../query/expression/computed.js'
import { allOf } from '../query/filter/condition.js'
import { scoped, type Scoped } from '../query/scoped/scoped.js'
import type { QueryState } from '../query/state.js'
import { refuseView } from '../query/writable.js'
import { qualifiedName } from '../schema/qualified-name.js'
import type { ColumnSchema, TableSchema } from '../schema/table.js'
import { isCopied, type Batch } from './batch.js'
import { Copying } from './copying.js'
import { defaultsOf, eachWithDefaults } from './defaults.js'
import { conflictOf } from './upsert/conflict.js'
import { BULK_CREATE_CHECKS, type BulkCreateOptions } from './options.js'
import { createWithOutcomes, type OutcomeCounts } from './upsert/outcomes.js'
import { RowShapes, type RowShape } from './row-shapes.js'
import { SeenKeys } from './seen-keys.js'
import { refuseUnlessRows, writeBatches } from './write-batches.js'
import type { Writer } from './writer.js'

/**
 * Inserts rows; an array's come back in its order. Of everything else, and where not every row is written, their number
 * does; with `outcomes` what became of each of an array's, else of how many.
 */
export async function bulkCreate(
  binding: Binding,
  asked: QueryState,
  given: Iterable<unknown> | AsyncIterable<unknown>,
  options: BulkCreateOptions,
): Promise<unknown[] | number | OutcomeCounts> {
  const { table } = asked
  refuseView(table, 'bulkCreate')
  refuseUnlessRows(given, 'bulkCreate')
  checkOptions(options, BULK_CREATE_CHECKS)
  const scope = scoped(asked)
  const { state } = scope
  const rows = eachWithDefaults(given, defaultsOf(asked))
  const wanted = conflictOf(asked, options)
  const conflict = withinScope(wanted, scope)
  const writesAll = wanted.kind === 'fail' || (wanted.kind === 'update' && wanted.where === undefined)
  const returning = Array.isArray(rows) && writesAll && options.outcomes !== true
  const end: InsertEnd = { conflict, returning }
  const { batchSize } = options
  const encoder = new RowEncoder(table, conflict, !Array.isArray(rows))
  const isInserted = Array.isArray(rows) || conflict.kind !== 'fail' || binding.engine instanceof OtherEngine
  const copying = isInserted ? undefined : Copying.of(state, batchSize)
  const add = (batch: Batch, row: unknown, number: number): void => {
    const shape = encoder.shapeOf(row, number)
    // It has fields, or it would have no shape.
    const fields = row as Readonly<Record<string, unknown>>
    if (copying?.add(batch, shape, fields) !== true) batch.add(shape, encoder.cellsOf(shape, fields, number))
  }
  const limits = { batchSize, ...(copying && { firstRows: copying.firstRows }) }
  // A row that is out of scope and in the way is met by the statement that has written others.
  const undoable = returning && conflict.kind === 'update' && scope.scope !== undefined
  const batched = { rows, ...limits, add, references: references(table), undoable }

  if (options.outcomes === true && conflict.kind !== 'fail') {
    return createWithOutcomes(binding, state, batched, conflict)
  }
  const created: unknown[] = []
  let count = 0
  await writeBatches(binding, state, batched, async (writer, batch) => {
    if (returning) {
      for (const row of await insertReturning(writer, batch, end)) created.push(row)
      return
    }
    for (const group of batch.groups) {
      if (isCopied(group)) count += (await copying?.write(writer, group)) ?? 0
      else
        count += await writer.count((scope) => insertRows(scope, group.columns, group.positions.length, end))
    }
    await copying?.learn(writer, batch)
  })
  return returning ? created : count
}

/** Of the rows that are there already those in scope are updated. */
function withinScope(conflict: OnConflict, { scope, of }: Scoped): OnConflict {
  if (conflict.kind !== 'update') return conflict
  const { where } = conflict
  const own = where === undefined ? undefined : of(where)
  const within = scope === undefined ? own : own === undefined ? scope : allOf([scope, own])
  return { ...of(conflict), ...(within && { where: within }) }
}

/** The rows of a batch as they are in the table, in the batch's order. */
async function insertReturning(writer: Writer, batch: Batch, end: InsertEnd): Promise<unknown[]> {
  const result = new Array<unknown>(batch.rows)
  for (const group of batch.groups) {
    if (isCopied(group)) continue
    const { columns, positions } = group
    const rows = await writer.rows((scope) => insertRows(scope, columns, positions.length, end))
    if (rows.length !== positions.length) {
      throw new UsageError(
        `bulkCreate() on ${qualifiedName(writer.state.table)} gave ${positions.length} rows and got ${rows.length} back: a ` +
          'trigger or rule of the table left some out, or rows that are out of scope were in the way of some. Pass an iterable, such as rows.values(), for their number.',
      )
    }
    for (const [index, position] of positions.entries()) result[position] = rows[index]
  }
  return result
}

/** Columns by which a row can refer to one that is given in the same call. */
function references(table: TableSchema): ColumnSchema[] {
  return table.foreignKeys.flatMap(({ columns, references: to }) => {
    const isOwn = qualifiedName({ schema: to.schema, name: to.table }) === qualifiedName(table)
    const isGiven = isOwn && columnsOf(table, to.columns).every(({ generated }) => generated === undefined)
    return isGiven ? columnsOf(table, columns) : []
  })
}

/** Encodes rows, and refuses with `updateConflicts` a key that comes twice. */
class RowEncoder {
  readonly #table: TableSchema
  readonly #shapes: RowShapes
  readonly #key: readonly ColumnSchema[]
  readonly #seen: SeenKeys | undefined

  constructor(table: TableSchema, conflict: OnConflict, bounded: boolean) {
    this.#table = table
    this.#shapes = new RowShapes(table)
    this.#key = plainKey(conflict)
    this.#seen = this.#key.length === 0 ? undefined : new SeenKeys(table, this.#key, 'bulkCreate()', bounded)
  }

  shapeOf(row: unknown, number: number): RowShape {
    return this.#shapes.of(row, () => place(number))
  }

  cellsOf({ fields }: RowShape, row: Readonly<Record<string, unknown>>, number: number): Cell[] {
    const cells = fields.map(({ property, column }) =>
      encodeCell(this.#table, column, row[property], () => place(number)),
    )
    if (this.#seen === undefined) return cells
    // NULLs are not equal to each other, and what a default will be is not known here.
    const given = this.#key.flatMap(
      (column) => cells[fields.findIndex((field) => field.column === column)] ?? [],
    )
    if (given.length === this.#key.length) this.#seen.add(given, number)
    return cells
  }
}

/** The columns of a key that rows of one call cannot have twice; none where only the server can tell. */
function plainKey(conflict: OnConflict): readonly ColumnSchema[] {
  if (conflict.kind !== 'update' || conflict.target.predicate !== undefined) return []
  const { keys } = conflict.target
  const columns = keys.flatMap((key) => ('property' in key && !isComputed(key) ? [key] : []))
  return columns.length === keys.length ? columns : []
}

function place(number: number): string {
  return `Row ${number} of bulkCreate()`
}
