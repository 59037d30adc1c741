import { sql } from 'kysely'
import type { Ordering } from '../query/order/order-key.js'
import type { Builder, Sql } from './compile.js'
import type { Scope } from './scope.js'

/** A key of ORDER BY within a statement: what is sorted by, and how. */
export interface OrderTerm extends Pick<Ordering, 'descending'> {
  readonly ref: Sql
}

/** The keys of an order, by the columns of a scope. */
export function orderTerms(scope: Scope, order: readonly Ordering[]): OrderTerm[] {
  return order.map(({ column, ...how }) => ({ ref: scope.columnRef(column), ...how }))
}

/** `"users"."name" desc`. */
export function orderSql({ ref, descending }: OrderTerm): Sql {
  return sql`${ref} ${sql.raw(descending ? 'desc' : 'asc')}`
}

/** `ORDER BY …`. */
export function inOrder(builder: Builder, order: readonly OrderTerm[]): Builder {
  return order.reduce((rows, term) => rows.orderBy(orderSql(term)), builder)
}
