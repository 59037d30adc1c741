import { sql } from 'kysely'
import type { Sql } from '../compile.js'
import type { Scope } from '../scope.js'

/** `RETURNING …`, if rows are to come back: every column of the table in its order. */
export function returning(scope: Scope, returns: boolean): Sql {
  const { columns } = scope.table
  if (!returns) return sql``
  // A table without columns still has rows to return.
  if (columns.length === 0) return sql` returning 1`
  return sql` returning ${sql.join(columns.map((column) => scope.columnRef(column)))}`
}
