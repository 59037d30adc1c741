import { sql } from 'kysely'
import type { ColumnSchema } from '../../schema/table.js'
import type { Sql } from '../compile.js'
import type { Scope } from '../scope.js'
import type { RowCell } from './changes.js'
import { onConflict, type OnConflict } from './conflict.js'
import { returning } from './returning.js'
import { unnestRows, type ColumnCells } from './unnest.js'

/** How an insert ends. */
export interface InsertEnd {
  readonly conflict: OnConflict
  /** Whether the rows come back, every column of the table in its order. */
  readonly returning: boolean
}

/** `INSERT INTO schema.table (…) VALUES (…) ON CONFLICT … RETURNING …`. */
export function insertRow(scope: Scope, row: readonly RowCell[], end: InsertEnd): Sql {
  const cells = row.map(({ cell }) => cell)
  return insert(scope, row, cells.length === 0 ? sql`default values` : sql`values (${sql.join(cells)})`, end)
}

/** `INSERT INTO schema.table (…) SELECT … FROM unnest(…) ORDER BY …`: rows are made in the order they are given in. */
export function insertRows(
  scope: Scope,
  columns: readonly ColumnCells[],
  count: number,
  end: InsertEnd,
): Sql {
  if (columns.length === 0) {
    // Rows of nothing but defaults: unnest has no array to count them by.
    return insert(scope, [], sql`select from generate_series(1, ${String(count)}::"pg_catalog"."int4")`, end)
  }
  const { from, values, ordinal } = unnestRows(scope, columns)
  return insert(scope, columns, sql`select ${sql.join(values)} from ${from} order by ${ordinal}`, end)
}

function insert(
  scope: Scope,
  columns: readonly { readonly column: ColumnSchema }[],
  values: Sql,
  { conflict, returning: returns }: InsertEnd,
): Sql {
  const list =
    columns.length === 0 ? sql`` : sql` (${sql.join(columns.map(({ column }) => sql.id(column.name)))})`
  const overriding = columns.some(({ column }) => column.overrides) ? sql` overriding system value` : sql``
  const end = sql`${onConflict(scope, conflict)}${returning(scope, returns)}`
  return sql`insert into ${scope.tableRef()}${list}${overriding} ${values}${end}`
}
