import { sql } from 'kysely'
import type { Cell } from '../../query/assignment.js'
import type { ColumnSchema } from '../../schema/table.js'
import type { Operand } from '../../shape/operand.js'
import type { Sql } from '../compile.js'
import type { Scope } from '../scope.js'
import { unnestRows, type ColumnCells } from './unnest.js'

/** What an insert does about a row that is there already; `fail` leaves it to the unique key. */
export type OnConflict =
  | { readonly kind: 'fail' }
  | { readonly kind: 'ignore' }
  | { readonly kind: 'update'; readonly key: readonly ColumnSchema[]; readonly set: readonly ColumnSchema[] }

/** A column of a row and its value. */
export interface RowCell {
  readonly column: ColumnSchema
  readonly cell: Operand<Cell>
}

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

/** `RETURNING …`, if rows are to come back: every column of the table in its order. */
export function returning(scope: Scope, returns: boolean): Sql {
  const { columns } = scope.table
  if (!returns) return sql``
  // A table without columns still has rows to return.
  if (columns.length === 0) return sql` returning 1`
  return sql` returning ${sql.join(columns.map((column) => scope.columnRef(column)))}`
}

function insert(
  scope: Scope,
  columns: readonly { readonly column: ColumnSchema }[],
  values: Sql,
  { conflict, returning: returns }: InsertEnd,
): Sql {
  const list = columns.length === 0 ? sql`` : sql` (${names(columns.map(({ column }) => column))})`
  const end = sql`${onConflict(conflict)}${returning(scope, returns)}`
  return sql`insert into ${scope.tableRef()}${list} ${values}${end}`
}

function onConflict(conflict: OnConflict): Sql {
  switch (conflict.kind) {
    case 'fail':
      return sql``
    case 'ignore':
      return sql` on conflict do nothing`
    case 'update': {
      const set = conflict.set.map(({ name }) => sql`${sql.id(name)} = excluded.${sql.id(name)}`)
      return sql` on conflict (${names(conflict.key)}) do update set ${sql.join(set)}`
    }
  }
}

function names(columns: readonly ColumnSchema[]): Sql {
  return sql.join(columns.map(({ name }) => sql.id(name)))
}
