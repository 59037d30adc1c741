import { sql, type AliasedRawBuilder } from 'kysely'
import { isBuiltIn } from '../../types/type-oids.js'
import { elementText } from '../../types/composed/literal.js'
import { recordOf } from '../../types/base-types.js'
import type { Cell } from '../../query/assignment.js'
import type { ColumnSchema } from '../../schema/table.js'
import { isSpread } from '../../schema/type.js'
import type { Sql } from '../compile.js'
import type { Scope } from '../scope.js'
import { columnNames } from '../select/combination.js'
import { typeName } from '../cast.js'

/** A column and its value in each of several rows. */
export interface ColumnCells {
  readonly column: ColumnSchema
  readonly cells: readonly Cell[]
}

/** Rows given as one array parameter per column: parameters grow with columns, not rows. */
export function unnestRows(scope: Scope, columns: readonly ColumnCells[]): Unnested {
  const arrays = columns.map(({ column, cells }) => arrayParameter(scope, column, cells))
  const rows = unnested(scope, arrays)
  const values = columns.map(({ column }, index) => {
    const value = rows.values[index] ?? sql``
    return isSpread(column.type) ? sql`${value}::${typeName(scope, column.type)}` : value
  })
  return { ...rows, values }
}

interface Unnested {
  readonly from: AliasedRawBuilder<object, string>
  /** Each column's value in a row. */
  readonly values: readonly Sql[]
  /** The row's number, from 1. */
  readonly ordinal: Sql
}

/** `unnest($1, …) WITH ORDINALITY AS t1(c0, …, n)`: the rows of which each array has a column. */
export function unnested(scope: Scope, arrays: readonly Sql[]): Unnested {
  const alias = scope.freeAlias()
  const names = columnNames(arrays.length)
  const as = sql`${sql.id(alias)}(${sql.join([...names, 'n'].map((name) => sql.id(name)))})`
  return {
    from: sql<object>`unnest(${sql.join(arrays)}) with ordinality`.as<string>(as),
    values: names.map((name) => sql`${sql.id(alias, name)}`),
    ordinal: sql`${sql.id(alias, 'n')}`,
  }
}

function arrayParameter(scope: Scope, column: ColumnSchema, cells: readonly Cell[]): Sql {
  const { type } = column
  // As text, and cast row by row.
  if (isSpread(type)) return sql`${arrayLiteral(cells, ',')}::"pg_catalog"."text"[]`
  const literal = arrayLiteral(cells, recordOf(type)?.delimiter ?? ',')
  if (typeof type === 'string' && !isBuiltIn(type)) {
    // The schema of an extension's type is not known: the parameter takes its type from the column.
    const row = sql`(null::${scope.nameOf(scope.table)})`
    return sql`coalesce(${literal}, array[${row}.${sql.id(column.name)}])`
  }
  return sql`${literal}::${typeName(scope, type)}[]`
}

/** An array of encoded values, as a parameter. */
export function arrayLiteral(cells: readonly Cell[], delimiter: string): string {
  return `{${cells.map((cell) => (cell === null ? 'NULL' : elementText(cell))).join(delimiter)}}`
}
