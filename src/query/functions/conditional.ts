import { FieldError } from '../../errors.js'
import type { TypeSchema } from '../../schema/type.js'
import { computed } from '../expression/computed.js'
import type { Argument, Fixed, MadeOf, OneOf } from '../expression/expression-types.js'
import { QueryExpression } from '../expression/query-expression.js'
import { resolveArgument, resolveTogether, type ExpressionTarget } from '../expression/resolve.js'
import type { Condition } from '../filter/condition.js'
import { parseFilter } from '../filter/parse-filter.js'
import { valuesIn, partsOf } from '../aggregate/grouping.js'
import { parseLookups } from '../lookups/parse-lookups.js'
import { alike, typeOf } from './comparison.js'

/** A condition as a value is given as `filter` takes it: `{ age: { gte: 18 } }`, or an expression that is true or false. */
export type ConditionArgument = object

/** A branch of `caseWhen`: what is asked, and the value where it holds. */
export type Branch = readonly [when: ConditionArgument, then: Argument]

/**
 * The value of the first branch whose condition holds: `CASE WHEN … THEN … ELSE … END`; without `otherwise` NULL where none
 * does, and without branches `otherwise` itself. Django's `Case` and `When`.
 *
 * ```ts
 * caseWhen([[{ status: 'paid' }, value('done')], [{ status: 'cancelled' }, value('lost')]], value('open'))
 * ```
 */
export function caseWhen<const B extends readonly Branch[], const E extends Argument = null>(
  branches: B,
  otherwise?: E,
): QueryExpression<OneOf<[...{ [I in keyof B]: B[I][1] }, E]>> {
  if (!Array.isArray(branches) || !branches.every((each) => Array.isArray(each) && each.length === 2)) {
    throw new FieldError("caseWhen() takes branches as pairs, as in caseWhen([[{ status: 'paid' }, 1]], 0).")
  }
  const values = [...branches.map(([, then]) => then), otherwise ?? null]
  const conditions = branches.map(([when]) => when)
  return new QueryExpression([...values, ...conditions], (target, wanted) => {
    const whens = conditions.map((each) => condition(target, each))
    if (whens.length === 0) return resolveArgument(target, otherwise ?? null, wanted)
    const results = alike('caseWhen', resolveTogether(target, values, wanted ?? firstType(target, values)))
    const args = whens.flatMap((when, index) => [when, ...results.slice(index, index + 1)])
    const parts = whens.flatMap((_, index) => [index === 0 ? '(case when ' : ' when ', ' then '])
    return computed(
      { label: 'caseWhen(…)', type: typeOf(results), nullable: results.some(({ nullable }) => nullable) },
      { kind: 'sql', parts: [...parts, ' else ', ' end)'], args: [...args, ...results.slice(-1)] },
      [...args, ...results.slice(-1)],
    )
  })
}

function firstType(target: ExpressionTarget, values: readonly unknown[]): TypeSchema | undefined {
  const first = values.find((each) => each !== null)
  return first === undefined ? undefined : resolveArgument(target, first).type
}

/** A condition as a value that is true or false: `annotate({ isAdult: where({ age: { gte: 18 } }) })`. Django's `Q`. */
export function where(filter: ConditionArgument): QueryExpression<Fixed<boolean>> {
  return new QueryExpression([filter], (target) => condition(target, filter))
}

/**
 * A lookup of what is computed, as `filter` has them of fields: `filter(lookup(lower('email'), { startsWith: 'ada' }))`. A
 * value is short for `{ exact: value }`. It is true or false, and stands wherever a value does.
 */
export function lookup<const A extends Argument>(
  argument: A,
  lookups: unknown,
): QueryExpression<MadeOf<boolean, [A]>> {
  return new QueryExpression([argument, lookups], (target) => {
    const column = resolveArgument(target, argument)
    return conditionValue(parseLookups({ column, label: column.property, target }, lookups))
  })
}

function condition(target: ExpressionTarget, filter: ConditionArgument) {
  return conditionValue(parseFilter(target, filter))
}

/** True where the condition holds, and false where it does not or is unknown. */
function conditionValue(asked: Condition) {
  const parts = partsOf(asked).flatMap(valuesIn)
  return computed(
    { label: 'a condition', type: 'bool', nullable: false },
    { kind: 'condition', condition: asked },
    parts,
  )
}
