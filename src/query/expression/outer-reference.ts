import type { ColumnSchema } from '../../schema/table.js'
import type { TypeSchema } from '../../schema/type.js'
import { computed, isComputed, type Computed, type OuterReference } from './computed.js'

/** A value of the outer row, before it is known of which table that is. */
export type OuterColumn = Computed & { readonly node: OuterReference }

export function outerReference(path: string, levels: number): Computed {
  const node: OuterReference = { kind: 'outerRef', levels, path, wanted: undefined }
  return computed({ label: `outerRef('${path}')`, type: 'unknown', nullable: true }, node)
}

export function isOuterReference(column: ColumnSchema): column is OuterColumn {
  return isComputed(column) && column.node.kind === 'outerRef'
}

/** A reference that has to be of a type to be compared with. */
export function wanting(column: OuterColumn, wanted: TypeSchema): Computed {
  return { ...column, type: wanted, node: { ...column.node, wanted } }
}

/** A reference that an expression takes as a value of a type, to which it is cast if it is of another that compares with it. */
export function takenAs(column: ColumnSchema, wanted: TypeSchema | undefined): ColumnSchema {
  if (wanted === undefined || !isOuterReference(column) || column.node.wanted !== undefined) return column
  return { ...column, type: wanted, node: { ...column.node, wanted, isCast: true } } as OuterColumn
}
