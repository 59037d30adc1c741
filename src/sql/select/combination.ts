import { sql, type AliasedRawBuilder } from 'kysely'
import { combinedPositions } from '../../query/combine.js'
import { projectionOf } from '../../query/projection.js'
import type { Combination, QueryState } from '../../query/state.js'
import type { ColumnSchema } from '../../schema/table.js'
import type { Sql } from '../compile.js'
import { compute } from '../expression/compute.js'
import { Scope } from '../scope.js'

/** The scope of a statement's own table, or of the combination that stands in its place. */
export function rootScope(state: QueryState, outer?: Scope): Scope {
  // Rows on the side of a join that may have none cannot be locked.
  const joins = state.lock === undefined && state.call === undefined
  if (state.combination === undefined)
    return Scope.root(state.table, state.schemas, { compute, outer, joins })
  const names = new Map<ColumnSchema, string>()
  projectionOf(state.combination.operands[0]).outputs.forEach(({ from, column }, position) => {
    if (from === undefined) names.set(column, columnName(position))
  })
  return Scope.root(state.table, state.schemas, { compute, outer, names })
}

/** `((SELECT …) UNION (SELECT …)) AS "table"("c0", "c1")`: columns by position, since names may come twice. */
export function combinationAs(
  scope: Scope,
  { operator, operands }: Combination,
  select: (operand: QueryState) => Sql,
): AliasedRawBuilder<object> {
  const names = columnNames(projectionOf(operands[0]).outputs.length).map((name) => sql.id(name))
  const rows = sql.join(operands.map(select), sql.raw(` ${operator} `))
  return sql<object>`(${rows})`.as(sql`${sql.id(scope.alias)}(${sql.join(names)})`)
}

/** The columns of a combination that a statement over it selects, in the order of its outputs. */
export function combinationRefs(state: QueryState, combination: Combination, scope: Scope): Sql[] {
  const positions = combinedPositions(state, combination)
  return positions.map((position) => sql`${sql.id(scope.alias, columnName(position))}`)
}

/** What goes by its position goes by this name. */
export function columnName(position: number): string {
  return `c${position}`
}

export function columnNames(count: number): string[] {
  return Array.from({ length: count }, (_, position) => columnName(position))
}
