import { sql } from 'kysely'
import { columnsOf } from '../query/columns.js'
import type { ColumnSchema, RelationSchema } from '../schema/table.js'
import type { Sql } from './compile.js'
import { comparableRef } from './cast.js'
import { equal, type Compared } from './operator.js'
import type { Scope } from './scope.js'

/**
 * The rows that a relation leads to from a row of `scope`, as parts of a subquery: the related table within it, what
 * follows FROM, which joins the link table of a many-to-many relation, and that a related row belongs to the outer row.
 */
export function relatedSource(scope: Scope, relation: RelationSchema) {
  const target = scope.inner(scope.schemas.table(relation.target))
  const outer = refs(scope, relation.columns)
  const inner = refs(target, relation.targetColumns)
  const { through } = relation
  if (through === undefined) return { target, from: sql`${target.tableRef()}`, belongs: pairs(inner, outer) }

  const link = scope.inner(scope.schemas.table(through.table))
  const on = pairs(refs(link, through.targetColumns), inner)
  return {
    target,
    from: sql`${link.tableRef()} inner join ${target.tableRef()} on ${on}`,
    belongs: pairs(refs(link, through.columns), outer),
  }
}

/** Columns by their properties, to be compared. */
export function refs(scope: Scope, properties: readonly string[]): Compared[] {
  return columnsOf(scope.table, properties).map((column) => compared(scope, column))
}

/** A column, to be compared. */
export function compared(scope: Scope, column: ColumnSchema): Compared {
  return { ref: comparableRef(scope, column), type: column.type }
}

/** `a1 = b1 AND a2 = b2`. */
export function pairs(left: readonly Compared[], right: readonly Compared[]): Sql<boolean> {
  const conditions = left.map((each, index) => equal(each, right[index] ?? each))
  return sql<boolean>`${sql.join(conditions, sql` and `)}`
}
