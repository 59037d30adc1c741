import { sql } from 'kysely'
import type { AggregateFunction } from '../../query/aggregate/function-names.js'
import { leadsToMany, type AggregateExpression, type Computed } from '../../query/expression/computed.js'
import type { ColumnSchema } from '../../schema/table.js'
import { serverType } from '../../schema/type.js'
import { readingOf } from '../../types/base-types.js'
import type { Sql } from '../compile.js'
import { comparableRef } from '../cast.js'
import { compileCondition, relatedSource } from '../condition.js'
import { operatorSchema } from '../operator.js'
import { orderSql, orderTerms, type OrderTerm } from '../order.js'
import { overClause } from './window.js'
import type { Scope } from '../scope.js'

/** The functions' names in SQL. */
const FUNCTIONS: Readonly<Record<AggregateFunction, string>> = {
  count: 'count',
  sum: 'sum',
  avg: 'avg',
  min: 'min',
  max: 'max',
  arrayAgg: 'array_agg',
  stringAgg: 'string_agg',
  boolAnd: 'bool_and',
  boolOr: 'bool_or',
  bitAnd: 'bit_and',
  bitOr: 'bit_or',
  bitXor: 'bit_xor',
  jsonbAgg: 'jsonb_agg',
  anyValue: 'any_value',
  stddevPop: 'stddev_pop',
  stddevSamp: 'stddev_samp',
  varPop: 'var_pop',
  varSamp: 'var_samp',
  corr: 'corr',
  covarPop: 'covar_pop',
  covarSamp: 'covar_samp',
  regrAvgX: 'regr_avgx',
  regrAvgY: 'regr_avgy',
  regrCount: 'regr_count',
  regrIntercept: 'regr_intercept',
  regrR2: 'regr_r2',
  regrSlope: 'regr_slope',
  regrSxx: 'regr_sxx',
  regrSxy: 'regr_sxy',
  regrSyy: 'regr_syy',
}

/** An aggregate on the rows of `scope`, or on groups of them. */
export function compileAggregate(scope: Scope, over: Computed['over'], aggregate: AggregateExpression): Sql {
  if (aggregate.window === undefined && over === 'row') return overRelated(scope, aggregate)
  if (aggregate.path.length === 0) {
    const { filter } = aggregate
    return overRows(scope, aggregate, filter && compileCondition(scope, filter))
  }
  return leadsToMany(aggregate) ? overRelatedOfGroup(scope, aggregate) : overOneOfGroup(scope, aggregate)
}

/** The rows that a path of relations leads to from one row: those that belong to it and are not filtered out. */
function related(scope: Scope, { path, filter }: AggregateExpression) {
  let target = scope
  const sources = path.map((relation) => {
    const source = relatedSource(target, relation)
    target = source.target
    return source
  })
  const conditions = sources.map(({ belongs }) => belongs)
  if (filter !== undefined) conditions.push(compileCondition(target, filter))
  const tables = sources.map(({ from }) => from)
  return { target, from: sql.join(tables, sql` cross join `), where: sql.join(conditions, sql` and `) }
}

/** `(SELECT count(*) FROM posts WHERE posts.author_id = users.id)`: never multiplies the outer rows. */
function overRelated(scope: Scope, aggregate: AggregateExpression): Sql {
  const { target, from, where } = related(scope, aggregate)
  return sql`(select ${overRows(target, aggregate)} from ${from} where ${where})`
}

function overRows(scope: Scope, aggregate: AggregateExpression, filter?: Sql<boolean>): Sql {
  const { column } = aggregate
  const value = column === undefined ? keyOfRow(scope, aggregate) : comparableRef(scope, column)
  const window = aggregate.window && overClause(scope, aggregate.window)
  return call(aggregate, value, orderTerms(scope, aggregate.order), filter, window)
}

function keyOfRow(scope: Scope, { key }: AggregateExpression): Sql | undefined {
  const [first, ...others] = key.map((each) => scope.columnRef(each))
  return first && others.length > 0 ? sql`(${sql.join([first, ...others])})` : first
}

/** Over the one row that each row of the group leads to: `max((SELECT age FROM users WHERE users.id = posts.author_id))`. */
function overOneOfGroup(scope: Scope, aggregate: AggregateExpression): Sql {
  const { column, order } = aggregate
  const { target, from, where } = related(scope, aggregate)
  const select = (value: Sql) => sql`(select ${value} from ${from} where ${where})`
  const value = column === undefined ? sql`1` : comparableRef(target, column)
  const keys = orderTerms(target, order).map((term) => ({ ...term, ref: select(term.ref) }))
  return call(
    aggregate,
    select(keyOfRow(target, aggregate) ?? value),
    keys,
    sql<boolean>`exists (select from ${from} where ${where})`,
  )
}

/** Over all rows that the rows of the group lead to, put together from what each of them leads to. */
function overRelatedOfGroup(scope: Scope, aggregate: AggregateExpression): Sql {
  const { target, from, where } = related(scope, aggregate)
  const each = (name: AggregateExpression['function']) => {
    const value = aggregate.column === undefined ? undefined : comparableRef(target, aggregate.column)
    return sql`(select ${call({ ...aggregate, function: name, cast: undefined }, value)} from ${from} where ${where})`
  }
  switch (aggregate.function) {
    case 'count':
      return sql`cast(coalesce(sum(${each('count')}), 0) as int8)`
    case 'sum':
      return cast(sql`sum(${each('sum')})`, sumOfSums(aggregate))
    case 'avg': {
      const count = cast(sql`nullif(sum(${each('count')}), 0)`, isExact(aggregate) ? undefined : 'float8')
      return cast(sql`(sum(${each('sum')}) / ${count})`, aggregate.cast)
    }
    default:
      return sql`${functionOf(aggregate.function, aggregate.column)}(${each(aggregate.function)})`
  }
}

/** A sum of int8 is a numeric, but sums of small integers are read as int8. */
function sumOfSums({ column }: AggregateExpression): 'int8' | undefined {
  const sum = column && readingOf(column.type)?.sum
  return sum && serverType(sum.type) === 'int8' ? 'int8' : undefined
}

/** Whether the server's own average is a numeric. */
function isExact({ column }: AggregateExpression): boolean {
  const avg = column && readingOf(column.type)?.avg
  return avg?.type === 'numeric' || avg?.cast !== undefined
}

/** `sum(DISTINCT value ORDER BY …) FILTER (WHERE …)`; without a value over rows. */
function call(
  { function: name, column, distinct, separator, cast: castTo }: AggregateExpression,
  value: Sql | undefined,
  order: readonly OrderTerm[] = [],
  filter?: Sql<boolean>,
  window?: Sql,
): Sql {
  const isText = name === 'stringAgg'
  // DISTINCT values can only be sorted by exactly what is aggregated, the cast included.
  const argument = isText && value ? cast(value, 'text') : (value ?? sql`*`)
  const keys = order.map(({ ref, ...how }) =>
    orderSql({ ref: isText && distinct ? cast(ref, 'text') : ref, ...how }),
  )
  const parts = [
    sql`${functionOf(name, column)}(${distinct ? sql`distinct ` : sql``}${argument}`,
    isText ? sql`, ${separator ?? ''}` : sql``,
    keys.length === 0 ? sql`)` : sql` order by ${sql.join(keys)})`,
    filter === undefined ? sql`` : sql` filter (where ${filter})`,
    window ?? sql``,
  ]
  const result = cast(sql`${sql.join(parts, sql``)}`, castTo)
  if (name === 'jsonbAgg') return sql`coalesce(${result}, '[]')`
  return name === 'arrayAgg' ? sql`coalesce(${result}, '{}')` : result
}

/** The function's name: the least and the greatest of an extension's values are found by functions of its own. */
function functionOf(name: AggregateFunction, column: ColumnSchema | undefined): Sql {
  const schema = name === 'min' || name === 'max' ? column && operatorSchema(column.type) : undefined
  return schema === undefined ? sql.raw(FUNCTIONS[name]) : sql.id(schema, name)
}

/** `cast(expression AS type)`, or the expression itself. */
function cast(expression: Sql, type: string | undefined): Sql {
  return type === undefined ? expression : sql`cast(${expression} as ${sql.raw(type)})`
}
