import { FieldError, UsageError } from '../../errors.js'
import { describe } from '../../types/describe.js'
import { computed } from '../expression/computed.js'
import type { Fixed } from '../expression/expression-types.js'
import { bindQuery } from '../expression/outer-row.js'
import { QueryExpression } from '../expression/query-expression.js'
import { literal, type ExpressionTarget } from '../expression/resolve.js'
import { isSubquery, SUBQUERY, type SubqueryParts } from '../filter/subquery.js'

/** A queryset, by what it is as a part of another query. */
export interface QuerySetLike<Parts extends SubqueryParts = SubqueryParts> {
  [SUBQUERY](form?: 'exists' | 'array'): Parts
}

/** The values of a queryset's one column; of whole rows their primary key. */
type ColumnOf<Q> =
  Q extends QuerySetLike<SubqueryParts<infer Value, infer Key>>
    ? [Key] extends [never]
      ? Value
      : Key
    : never

/**
 * The one value of a queryset of one column and at most one row, NULL where it has none: `(SELECT …)`. `outerRef` names
 * fields of the row that it is asked for. Django's `Subquery`.
 *
 * ```ts
 * users.annotate({
 *   lastTitle: subquery(posts.filter({ authorId: outerRef('id') }).orderBy('-id').values('title').slice(0, 1)),
 * })
 * ```
 *
 * @throws {@link UsageError} for more than one column, and for a slice of more than one row. While reading: {@link QueryError}
 * with `sqlState` 21000 for more than one row: slice it.
 */
export function subquery<Q extends QuerySetLike>(queryset: Q): QueryExpression<Fixed<ColumnOf<Q> | null>> {
  const parts = partsOf('subquery', queryset)
  const { limit = 1 } = parts
  if (limit > 1) {
    throw new UsageError(
      `subquery() is one value, and this slice has up to ${limit} rows: slice(0, 1) has one, and arraySubquery() all of them.`,
    )
  }
  return new QueryExpression([], (target) => {
    if (parts.none) return literal(null, parts.type, true)
    const { query, type } = boundTo(target, parts, 'subquery')
    return computed(
      { label: 'subquery(…)', type, nullable: true },
      { kind: 'subquery', form: 'scalar', query },
    )
  })
}

/** The values of a queryset of one column as an array, in its order: `ARRAY(SELECT …)`. Django's `ArraySubquery`. */
export function arraySubquery<Q extends QuerySetLike>(queryset: Q): QueryExpression<Fixed<ColumnOf<Q>[]>> {
  const parts = partsOf('arraySubquery', queryset, 'array')
  return new QueryExpression([], (target) => {
    if (parts.none) return literal([], { kind: 'array', element: parts.type }, true)
    const { query, type: element } = boundTo(target, parts, 'arraySubquery')
    const made = { label: 'arraySubquery(…)', type: { kind: 'array', element } as const, nullable: false }
    return computed(made, { kind: 'subquery', form: 'array', query })
  })
}

/**
 * Whether a queryset has any row: `EXISTS (SELECT 1 …)`. `outerRef` names fields of the row that it is asked for. It is
 * true or false, so that `filter` takes it as it is. Django's `Exists`.
 *
 * ```ts
 * users.filter(exists(posts.filter({ authorId: outerRef('id'), title: { startsWith: outerRef('name') } })))
 * ```
 */
export function exists(queryset: QuerySetLike): QueryExpression<Fixed<boolean>> {
  const { query, none } = partsOf('exists', queryset, 'exists')
  return new QueryExpression([], (target) => {
    if (none) return literal(false)
    const node = { kind: 'subquery', form: 'exists', query: bindQuery(query, target) } as const
    return computed({ label: 'exists(…)', type: 'bool', nullable: false }, node)
  })
}

/** A query as asked for a row, and the type of its column. */
function boundTo(target: ExpressionTarget, { query, type, typeIn }: SubqueryParts, name: string) {
  const bound = bindQuery(query, target)
  const known = type === 'unknown' && typeIn !== undefined ? typeIn(bound.state) : type
  // Within another subquery the row further out is known later.
  if (known !== 'unknown' || query.reach > 1) return { query: bound, type: known }
  throw new FieldError(
    `${name}() cannot tell the type of its column, which is made of outerRef() alone: say it, as in cast(outerRef('id'), 'int4').`,
  )
}

function partsOf(name: string, queryset: unknown, form?: 'exists' | 'array'): SubqueryParts {
  if (isSubquery(queryset)) return queryset[SUBQUERY](form)
  throw new FieldError(`${name}() takes a queryset, not ${describe(queryset)}.`)
}
