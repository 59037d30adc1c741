import { sql } from 'kysely'
import type { Sql } from '../compile.js'
import type { Scope } from '../scope.js'
import { unnestRows, type ColumnCells } from './unnest.js'

/** Of rows that are given. */
export interface Given {
  readonly count: number
  /** The column that numbers them from 1. Default: there is none. */
  readonly place?: string
}

/** `SELECT … FROM unnest(…)`: rows with all columns of the table, NULL in those that are not given. */
export function givenRows(scope: Scope, columns: readonly ColumnCells[], { count, place }: Given): Sql {
  const nothing = sql`(null::${scope.nameOf(scope.table)})`
  const missing = scope.table.columns
    .filter((column) => !columns.some((each) => each.column === column))
    .map(({ name }) => sql`${nothing}.${sql.id(name)} as ${sql.id(name)}`)
  const numbered = (number: Sql) => (place === undefined ? [] : [sql`${number} as ${sql.id(place)}`])
  if (columns.length === 0) {
    const series = sql`generate_series(1, ${String(count)}::"pg_catalog"."int8") as number`
    return sql`select ${sql.join([...missing, ...numbered(sql`number`)])} from ${series}`
  }
  const { from, values, ordinal } = unnestRows(scope, columns)
  const present = columns.map(({ column: { name } }, index) => sql`${values[index]} as ${sql.id(name)}`)
  return sql`select ${sql.join([...present, ...missing, ...numbered(ordinal)])} from ${from}`
}
