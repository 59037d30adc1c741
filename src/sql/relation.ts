import { sql } from 'kysely'
import { columnsOf } from '../query/columns.js'
import type { RelationSchema } from '../schema/table.js'
import type { Sql } from './compile.js'
import { comparableRef } from './cast.js'
import type { Scope } from './scope.js'

/** The rows that a relation leads to, as the parts of a subquery that is correlated with the outer row. */
export interface RelatedSource {
  /** The related table within the subquery. */
  readonly target: Scope
  /** What follows FROM: the related table, joined with the link table of a many-to-many relation. */
  readonly from: Sql
  /** That a related row belongs to the outer row. */
  readonly belongs: Sql<boolean>
}

/** The related rows of one row of `scope`. */
export function relatedSource(scope: Scope, relation: RelationSchema): RelatedSource {
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
export function refs(scope: Scope, properties: readonly string[]): Sql[] {
  return columnsOf(scope.table, properties).map((column) => comparableRef(scope, column))
}

/** `a1 = b1 AND a2 = b2`. */
export function pairs(left: readonly Sql[], right: readonly Sql[]): Sql<boolean> {
  const equal = left.map((each, index) => sql`${each} = ${right[index] ?? each}`)
  return sql<boolean>`${sql.join(equal, sql` and `)}`
}
