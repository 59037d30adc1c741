import { sql, type RawBuilder } from 'kysely'
import { isBuiltIn } from '../../types/type-oids.js'
import { elementText } from '../../types/composed/literal.js'
import { recordOf } from '../../types/base-types.js'
import type { Cell } from '../../query/assignment.js'
import type { ColumnSchema, TableSchema } from '../../schema/table.js'
import { baseType } from '../../schema/type.js'
import type { Scope } from '../scope.js'
import { typeName } from '../cast.js'

/** A column and its value in each of several rows. */
export interface ColumnCells {
  readonly column: ColumnSchema
  readonly cells: readonly Cell[]
}

/** Rows given as one array parameter per column. */
export interface UnnestedRows {
  /** `unnest($1::…[], …) WITH ORDINALITY AS t1 (c0, …, n)`. */
  readonly from: RawBuilder<unknown>
  /** Each column's value in a row, of the column's type. */
  readonly values: readonly RawBuilder<unknown>[]
  /** The row's number, from 1. */
  readonly ordinal: RawBuilder<unknown>
}

/** `unnest` over one array per column: parameters grow with columns, not rows. */
export function unnestRows(scope: Scope, columns: readonly ColumnCells[]): UnnestedRows {
  const alias = scope.freeAlias()
  const names = [...columns.map((_, index) => `c${index}`), 'n']
  const arrays = columns.map(({ column, cells }) => arrayParameter(scope.table, column, cells))
  return {
    from: sql`unnest(${sql.join(arrays)}) with ordinality as ${sql.id(alias)} (${sql.join(
      names.map((name) => sql.id(name)),
    )})`,
    values: columns.map(({ column }, index) => {
      const value = sql`${sql.id(alias, `c${index}`)}`
      return travelsAsText(column) ? sql`${value}::${typeName(column.type)}` : value
    }),
    ordinal: sql`${sql.id(alias, 'n')}`,
  }
}

/** unnest flattens arrays of arrays, and spreads composites over columns: both go as text and are cast row by row. */
function travelsAsText(column: ColumnSchema): boolean {
  const { type } = column
  if (typeof type !== 'string' && type.kind === 'array') return true
  const inner = baseType(type)
  return typeof inner !== 'string' && inner.kind === 'composite'
}

function arrayParameter(
  table: TableSchema,
  column: ColumnSchema,
  cells: readonly Cell[],
): RawBuilder<unknown> {
  const { type } = column
  if (travelsAsText(column)) return sql`${arrayLiteral(cells, ',')}::"pg_catalog"."text"[]`
  const literal = arrayLiteral(cells, recordOf(type)?.delimiter ?? ',')
  if (typeof type === 'string' && !isBuiltIn(type)) {
    // The schema of an extension's type is not known: the parameter takes its type from the column.
    const row = sql`(null::${sql.id(table.schema, table.name)})`
    return sql`coalesce(${literal}, array[${row}.${sql.id(column.name)}])`
  }
  return sql`${literal}::${typeName(type)}[]`
}

function arrayLiteral(cells: readonly Cell[], delimiter: string): string {
  return `{${cells.map((cell) => (cell === null ? 'NULL' : elementText(cell))).join(delimiter)}}`
}
