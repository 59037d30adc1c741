import { UsageError } from '../../errors.js'
import type { ColumnSchema } from '../../schema/table.js'
import { columnOf } from '../columns.js'
import { computed, type Computed } from './computed.js'
import type { ExpressionTarget } from './resolve.js'

/** A column of the row that was to be inserted. */
export function excludedValue(column: ColumnSchema): Computed {
  const { property, type, nullable } = column
  return computed({ label: `excluded.${property}`, type, nullable }, { kind: 'excluded', column })
}

/** The same by its name, where there is such a row. */
export function excludedColumn({ table, excluded = false }: ExpressionTarget, field: string): Computed {
  if (excluded) return excludedValue(columnOf(table, field))
  throw new UsageError(
    `excluded('${field}') is of a row that was to be inserted: it has a place in updateValues and updateWhere of ` +
      'bulkCreate(), and in merge().',
  )
}
