import { sql } from 'kysely'
import type { Ordering } from '../query/order/ordering.js'
import type { Builder, Sql } from './compile.js'
import type { Scope } from './scope.js'

/** A key of ORDER BY within a statement: what is sorted by, and how. */
export interface OrderTerm extends Pick<Ordering, 'descending' | 'nulls'> {
  readonly ref: Sql
}

/** The keys of an order within an expression, such as that of a window. */
export function orderTerms(scope: Scope, order: readonly Ordering[]): OrderTerm[] {
  return order.map(({ column, ...how }) => ({ ref: scope.columnRef(column), ...how }))
}

/** The keys of the order of a SELECT. */
export function selectOrder(scope: Scope, order: readonly Ordering[]): OrderTerm[] {
  return order.map(({ column, ...how }) => ({ ref: scope.outputRef(column), ...how }))
}

/** `"users"."name" desc nulls last`. */
export function orderSql({ ref, descending, nulls }: OrderTerm): Sql {
  const end = nulls === undefined ? '' : ` nulls ${nulls}`
  return sql`${ref} ${sql.raw(`${descending ? 'desc' : 'asc'}${end}`)}`
}

/** `ORDER BY …`. */
export function inOrder(builder: Builder, order: readonly OrderTerm[]): Builder {
  return order.reduce((rows, term) => rows.orderBy(orderSql(term)), builder)
}
