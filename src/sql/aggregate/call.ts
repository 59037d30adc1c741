import { sql } from 'kysely'
import type { AggregateFunction } from '../../query/aggregate/functions.js'
import type { AggregateExpression } from '../../query/aggregate/annotation.js'
import type { Sql } from '../compile.js'
import { orderSql, type OrderTerm } from '../order.js'

/** The functions' names in SQL. */
export const FUNCTIONS: Readonly<Record<AggregateFunction, string>> = {
  count: 'count',
  sum: 'sum',
  avg: 'avg',
  min: 'min',
  max: 'max',
  arrayAgg: 'array_agg',
  stringAgg: 'string_agg',
  boolAnd: 'bool_and',
  boolOr: 'bool_or',
}

/** `sum(DISTINCT value ORDER BY …) FILTER (WHERE …)`; without a value over rows. */
export function call(
  { function: name, distinct, separator, cast: castTo }: AggregateExpression,
  value: Sql | undefined,
  order: readonly OrderTerm[] = [],
  filter?: Sql<boolean>,
): Sql {
  const isText = name === 'stringAgg'
  // DISTINCT values can only be sorted by exactly what is aggregated, the cast included.
  const argument = isText && value ? cast(value, 'text') : (value ?? sql`*`)
  const keys = order.map(({ ref, ...how }) =>
    orderSql({ ref: isText && distinct ? cast(ref, 'text') : ref, ...how }),
  )
  const parts = [
    sql`${sql.raw(FUNCTIONS[name])}(${distinct ? sql`distinct ` : sql``}${argument}`,
    isText ? sql`, ${separator ?? ''}` : sql``,
    keys.length === 0 ? sql`)` : sql` order by ${sql.join(keys)})`,
    filter === undefined ? sql`` : sql` filter (where ${filter})`,
  ]
  const result = cast(sql`${sql.join(parts, sql``)}`, castTo)
  return name === 'arrayAgg' ? sql`coalesce(${result}, '{}')` : result
}

/** `cast(expression AS type)`, or the expression itself. */
export function cast(expression: Sql, type: string | undefined): Sql {
  return type === undefined ? expression : sql`cast(${expression} as ${sql.raw(type)})`
}
