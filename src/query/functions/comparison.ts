import { FieldError } from '../../errors.js'
import type { ColumnSchema } from '../../schema/table.js'
import type { TypeSchema } from '../../schema/type.js'
import { areComparable, baseName, widest } from '../../types/same-type.js'
import { calling } from '../expression/computed.js'
import type { Argument, Coalesced, OrNull } from '../expression/expression-types.js'
import { QueryExpression } from '../expression/query-expression.js'
import { resolveTogether, type ExpressionTarget } from '../expression/resolve.js'

/** The first argument that is not NULL: `COALESCE(a, b)`. */
export function coalesce<const A extends readonly Argument[]>(...args: A): QueryExpression<Coalesced<A>> {
  return oneOf('coalesce', args)
}

/** The greatest argument, NULLs left out: `GREATEST(a, b)`. */
export function greatest<const A extends readonly Argument[]>(...args: A): QueryExpression<Coalesced<A>> {
  return oneOf('greatest', args)
}

/** The least argument, NULLs left out: `LEAST(a, b)`. */
export function least<const A extends readonly Argument[]>(...args: A): QueryExpression<Coalesced<A>> {
  return oneOf('least', args)
}

/** The first argument, NULL where it is equal to the second: `NULLIF(a, b)`. */
export function nullif<const A extends Argument>(argument: A, other: Argument): QueryExpression<OrNull<A>> {
  return new QueryExpression([argument, other], (target, wanted) => {
    const args = alike('nullif', resolveTogether(target, [argument, other], wanted))
    return calling('nullif', { type: typeOf(args), nullable: true }, args)
  })
}

function oneOf<A extends readonly Argument[]>(name: string, args: A): QueryExpression<Coalesced<A>> {
  if (args.length === 0) throw new FieldError(`${name}() takes at least one argument.`)
  return new QueryExpression(args, (target: ExpressionTarget, wanted) => {
    const resolved = alike(name, resolveTogether(target, args, wanted))
    return calling(
      name,
      { type: typeOf(resolved), nullable: resolved.every(({ nullable }) => nullable) },
      resolved,
    )
  })
}

/** @throws {@link FieldError} for arguments that are of different types. */
export function alike(name: string, args: readonly ColumnSchema[]): readonly ColumnSchema[] {
  const [first] = args
  const other = args.find(({ type }) => first !== undefined && !areComparable(first.type, type))
  if (first === undefined || other === undefined) return args
  throw new FieldError(
    `${name}() takes values of one type: "${first.property}" is ${baseName(first.type)}, and "${other.property}" is ` +
      `${baseName(other.type)}. Cast one of them.`,
  )
}

/** The type of values that are compared with each other: the widest of them, where there are several. */
export function typeOf(args: readonly ColumnSchema[]): TypeSchema {
  const [first = 'text', ...others] = args.map(({ type }) => type)
  return widest([first, ...others])
}
