import { FieldError } from '../../errors.js'
import type { ColumnSchema } from '../../schema/table.js'
import { baseType } from '../../schema/type.js'
import { describe } from '../../types/describe.js'
import { baseName } from '../../types/same-type.js'
import { recordOf } from '../../types/base-types.js'
import { asArgument, calling, castTo, computed, sameAs } from '../expression/computed.js'
import type { Argument, ArgumentOf, Calculated, Fixed, Strict } from '../expression/expression-types.js'
import { QueryExpression } from '../expression/query-expression.js'
import { literal, resolveArgument, type ExpressionTarget } from '../expression/resolve.js'
import { calculate } from '../expression/arithmetic.js'

/** A number without its sign. */
export const abs = ofSameType('abs', (column) => calling('abs', { type: baseType(column.type) }, [column]))

/** The next whole number from it on, of its own type. */
export const ceil = ofSameType('ceil', (column) => rounded('ceil', column))

/** The last whole number up to it, of its own type. */
export const floor = ofSameType('floor', (column) => rounded('floor', column))

/** -1, 0 or 1, of the number's own type. */
export const sign = ofSameType('sign', (column) => castBack(calling('sign', { type: column.type }, [column])))

/**
 * The nearest number with so many digits after the point, none if not said, of its own type; halves go away from 0, and
 * without digits those of floats to the even number, as in PostgreSQL.
 */
export function round<const A extends Argument>(argument: A, digits = 0): QueryExpression<ArgumentOf<A>> {
  if (!Number.isInteger(digits) || Math.abs(digits) > 1000) {
    throw new FieldError(`round() takes a whole number of digits, not ${describe(digits)}.`)
  }
  return new QueryExpression([argument], (target) => {
    const column = numberArgument(target, argument, 'round')
    if (digits === 0) return rounded('round', column)
    const exact = castTo('numeric', column.property, column)
    return castBack(calling('round', { type: column.type }, [exact, literal(digits, 'int4')]))
  })
}

/** The remainder, with the sign of the first: `a % b`. */
export function mod<const A extends Argument, const B extends Argument>(
  argument: A,
  divisor: B,
): QueryExpression<Calculated<A, B>> {
  return new QueryExpression([argument, divisor], (target, wanted) =>
    calculate(target, '%', argument, divisor, wanted),
  )
}

/** The square root; this and what follows is computed by floats. */
export const sqrt = ofFloat('sqrt')
/** e to the power of it. */
export const exp = ofFloat('exp')
/** The natural logarithm. */
export const ln = ofFloat('ln')
/** An angle in radians as degrees. */
export const degrees = ofFloat('degrees')
/** An angle in degrees as radians. */
export const radians = ofFloat('radians')
/** The sine of an angle in radians. */
export const sin = ofFloat('sin')
/** The cosine of an angle in radians. */
export const cos = ofFloat('cos')
/** The tangent of an angle in radians. */
export const tan = ofFloat('tan')
/** The cotangent of an angle in radians. */
export const cot = ofFloat('cot')
/** The inverse sine, in radians. */
export const asin = ofFloat('asin')
/** The inverse cosine, in radians. */
export const acos = ofFloat('acos')
/** The inverse tangent, in radians. */
export const atan = ofFloat('atan')

/** The first to the power of the second. */
export const power = ofFloats('power')
/** The angle of the point whose coordinates are y and x. */
export const atan2 = ofFloats('atan2')

/** The logarithm to a base: `log(10, 'price')`. */
export function log<const B extends Argument, const A extends Argument>(
  base: B,
  argument: A,
): QueryExpression<Strict<number, [B, A]>> {
  return new QueryExpression([base, argument], (target) => {
    const args = [argument, base].map((each) => floatArgument(target, each, 'log'))
    const parts = ['(ln(', ') / ln(', '))']
    return computed({ label: 'log(…)', type: 'float8' }, { kind: 'sql', parts, args }, args)
  })
}

/** π. */
export function pi(): QueryExpression<Fixed<number>> {
  return new QueryExpression([], () => calling('pi', { type: 'float8', nullable: false }, []))
}

/** A number that is rounded by a function of that name, of its own type. */
export function rounded(name: 'ceil' | 'floor' | 'round', column: ColumnSchema): ColumnSchema {
  // Whole numbers would go by floats, which do not have all of them.
  if (recordOf(column.type)?.exactKey === 'integer') return sameAs(column)
  return castBack(calling(name, { type: column.type }, [column]))
}

/** What a function gives, as its argument's type. */
function castBack(column: ColumnSchema): ColumnSchema {
  return castTo(baseType(column.type), column.property, column)
}

function ofSameType(name: string, of: (column: ColumnSchema) => ColumnSchema) {
  return <const A extends Argument>(argument: A): QueryExpression<ArgumentOf<A>> =>
    new QueryExpression([argument], (target) => of(numberArgument(target, argument, name)))
}

function ofFloat(name: string) {
  return <const A extends Argument>(argument: A): QueryExpression<Strict<number, [A]>> =>
    new QueryExpression([argument], (target) =>
      calling(name, { type: 'float8' }, [floatArgument(target, argument, name)]),
    )
}

function ofFloats(name: string) {
  return <const A extends Argument, const B extends Argument>(
    argument: A,
    other: B,
  ): QueryExpression<Strict<number, [A, B]>> =>
    new QueryExpression([argument, other], (target) =>
      calling(
        name,
        { type: 'float8' },
        [argument, other].map((each) => floatArgument(target, each, name)),
      ),
    )
}

/** @throws {@link FieldError} for what is no number. */
export function numberArgument(target: ExpressionTarget, argument: unknown, name: string): ColumnSchema {
  const column = resolveArgument(target, argument)
  if (recordOf(column.type)?.family === 'numeric') return column
  throw new FieldError(
    `${name}() takes a number, and "${column.property}" is ${baseName(column.type)}: cast it, as in ` +
      `cast(${asArgument(column)}, 'numeric').`,
  )
}

/** A number as a float. */
export function floatArgument(target: ExpressionTarget, argument: unknown, name: string): ColumnSchema {
  const column = numberArgument(target, argument, name)
  return baseName(column.type) === 'float8' ? column : castTo('float8', column.property, column)
}
