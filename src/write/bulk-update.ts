import { updateRows } from '../sql/write/update.js'
import { FieldError, UsageError } from '../errors.js'
import { checkOptions } from '../options.js'
import type { Binding } from '../kysely/handle.js'
import { encodeCell, fieldOf, isRecord, writableColumn } from '../query/assignment.js'
import { columnsOf } from '../query/columns.js'
import { scoped } from '../query/scoped/scoped.js'
import type { QueryState } from '../query/state.js'
import { refuseView } from '../query/writable.js'
import type { ColumnSchema, TableSchema } from '../schema/table.js'
import { isCopied, type Batch } from './batch.js'
import { shapeOf } from './row-shapes.js'
import { refuseUnlessRows, writeBatches } from './write-batches.js'
import { BULK_CHECKS, type BulkOptions } from './options.js'
import { SeenKeys } from './seen-keys.js'
import { qualifiedName } from '../schema/qualified-name.js'

/** Sets fields of many rows, each found by its primary key; returns how many were there. */
export async function bulkUpdate(
  binding: Binding,
  asked: QueryState,
  rows: Iterable<unknown> | AsyncIterable<unknown>,
  fields: readonly string[],
  options: BulkOptions,
): Promise<number> {
  const { table } = asked
  refuseView(table, 'bulkUpdate')
  refuseUnlessRows(rows, 'bulkUpdate')
  checkOptions(options, BULK_CHECKS)
  const columns = fieldColumns(table, fields)
  const { state, scope: within } = scoped(asked)
  const key = columnsOf(table, table.primaryKey)
  const seen = new SeenKeys(table, key, 'bulkUpdate()', !Array.isArray(rows))

  const shape = shapeOf([...key, ...columns].map((column) => ({ property: column.property, column })))
  const keyAt = key.map((column) => shape.fields.findIndex((field) => field.column === column))

  const add = (batch: Batch, row: unknown, number: number): void => {
    const where = () => `Row ${number} of bulkUpdate()`
    if (!isRecord(row)) throw new FieldError(`${where()} on ${qualifiedName(table)} is not an object.`)
    const cells = shape.fields.map(({ property, column }) =>
      encodeCell(table, column, fieldOf(row, property), where),
    )
    const keys = keyAt.map((index) => cells[index] ?? null)
    if (keys.includes(null)) {
      throw new FieldError(`${where()} on ${qualifiedName(table)} has NULL in its primary key.`)
    }
    seen.add(keys, number)
    batch.add(shape, cells)
  }

  let count = 0
  const batched = { rows, batchSize: options.batchSize, add }
  await writeBatches(binding, state, batched, async (writer, batch) => {
    for (const group of batch.groups) {
      if (isCopied(group)) continue
      const keys = group.columns.filter(({ column }) => key.includes(column))
      const changes = group.columns.filter(({ column }) => !key.includes(column))
      count += await writer.count((scope) => updateRows(scope, keys, changes, within))
    }
  })
  return count
}

function fieldColumns(table: TableSchema, fields: readonly string[]): ColumnSchema[] {
  if (table.primaryKey.length === 0) {
    throw new UsageError(
      `bulkUpdate() finds rows by their primary key, which ${qualifiedName(table)} does not have.`,
    )
  }
  const where = `bulkUpdate() on ${qualifiedName(table)}`
  if (fields.length === 0) throw new FieldError(`${where} needs fields to set.`)
  return [...new Set(fields)].map((field) => {
    if (table.primaryKey.includes(field)) {
      throw new FieldError(`${where} finds rows by "${field}" and cannot set it. Use update().`)
    }
    return writableColumn(table, field, 'bulkUpdate()')
  })
}
