import { UsageError } from '../../errors.js'
import type { ColumnSchema } from '../../schema/table.js'
import { columnsOf } from '../columns.js'
import { isComputed, isWindow, type WindowClause } from '../expression/computed.js'
import { sortedBy } from '../order/ordering.js'
import type { Prefetch } from '../state.js'

/**
 * What is prefetched is read for some rows at a time, and a window is computed of all that is read together: it has to be of
 * those of one row alone.
 *
 * @throws {@link UsageError} for a window that is not parted by what the relation goes by.
 */
export function refuseSharedWindows({ relation, state }: Prefetch): void {
  const owner = relation.through === undefined ? columnsOf(state.table, relation.targetColumns) : undefined
  const isOwn = ({ partitionBy }: WindowClause) =>
    owner?.every((column) => partitionBy.includes(column)) === true
  const values = [...state.selection.columns, ...sortedBy(state.order)]
  const shared = values.find((value) => isWindow(value) && !windowsIn(value).every(isOwn))
  if (shared === undefined) return
  const remedy =
    owner === undefined
      ? 'A link table leads to these: leave the window out, or read them by a queryset of their own.'
      : `Part it: over({ partitionBy: [${relation.targetColumns.map((name) => `'${name}'`).join(', ')}], … }).`
  throw new UsageError(
    `prefetchRelated of "${relation.name}" cannot have the window function "${shared.property}" of all rows: they are read for some ` +
      `rows at a time, and it would begin anew with each. ${remedy}`,
  )
}

/** The windows of a value. */
function windowsIn(column: ColumnSchema): WindowClause[] {
  if (!isComputed(column) || !column.isWindow) return []
  const { node } = column
  switch (node.kind) {
    case 'window':
      return [node.window]
    case 'aggregate':
      return node.aggregate.window === undefined ? [] : [node.aggregate.window]
    case 'sql':
      return node.args.flatMap(windowsIn)
    case 'cast':
      return windowsIn(node.of)
    default:
      // A case, whose conditions may have windows of their own, is not looked through.
      return [NOT_PARTED]
  }
}

const NOT_PARTED: WindowClause = { partitionBy: [], order: [], frame: undefined }
