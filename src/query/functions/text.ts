import { FieldError } from '../../errors.js'
import type { ColumnSchema } from '../../schema/table.js'
import { serverType } from '../../schema/type.js'
import { lookupKind } from '../../types/lookup-kind.js'
import { recordOf } from '../../types/base-types.js'
import { baseName } from '../../types/same-type.js'
import { asArgument, calling, castTo, computed } from '../expression/computed.js'
import type { Argument, MadeOf, Strict } from '../expression/expression-types.js'
import { takenAs } from '../expression/outer-reference.js'
import { QueryExpression } from '../expression/query-expression.js'
import { resolveArgument, type ExpressionTarget } from '../expression/resolve.js'

/** In lower case: `lower(name)`. */
export const lower = ofText<string>('lower', 'text')

/** In upper case: `upper(name)`. */
export const upper = ofText<string>('upper', 'text')

/** The number of characters: `length(name)`; of an array, or of one in JSON, that of its elements. Django's `Length`. */
export function length<const A extends Argument>(argument: A): QueryExpression<Strict<number, [A]>> {
  return new QueryExpression([argument], (target) => {
    const column = resolveArgument(target, argument, 'text')
    return lengthOf(column) ?? calling('length', { type: 'int4' }, [textArgument(target, argument, 'length')])
  })
}

/** The arguments as one text, NULLs left out: `concat(first, ' ', last)`; strings that are no fields go into `value()`. */
export function concat<const A extends readonly Argument[]>(...args: A): QueryExpression<MadeOf<string, A>> {
  if (args.length === 0) throw new FieldError('concat() takes at least one argument.')
  return new QueryExpression(args, (target) =>
    calling(
      'concat',
      { type: 'text', nullable: false },
      args.map((each) => textArgument(target, each, 'concat')),
    ),
  )
}

/** `cardinality(array)`, and in JSON the number of elements of arrays alone; undefined for what has none. */
function lengthOf(column: ColumnSchema): ColumnSchema | undefined {
  const made = { label: `length(${column.property})`, type: 'int4' }
  const kind = lookupKind(column.type)
  if (kind === 'array' || kind === 'unorderedArray') {
    return computed(made, { kind: 'sql', parts: ['cardinality(', ')'], args: [column] }, [column])
  }
  if (kind === 'json') return jsonLength(column)
  return serverType(column.type) === 'tsvector' ? calling('length', { type: 'int4' }, [column]) : undefined
}

/** The number of elements of an array in JSON; of another value PostgreSQL would be asked for the length of what has none. */
export function jsonLength(column: ColumnSchema): ColumnSchema {
  const parts = ['(case when jsonb_typeof(', ") = 'array' then jsonb_array_length(", ') end)']
  const made = { label: `${column.property}.length`, type: 'int4', nullable: true }
  return computed(made, { kind: 'sql', parts, args: [column, column] }, [column])
}

/** A function of one text. */
function ofText<V>(name: string, type: 'text' | 'int4') {
  return <const A extends Argument>(argument: A): QueryExpression<Strict<V, [A]>> =>
    new QueryExpression([argument], (target) =>
      calling(name, { type }, [textArgument(target, argument, name)]),
    )
}

/**
 * An argument as text; what is none goes as PostgreSQL prints it.
 *
 * @throws {@link FieldError} where that depends on settings of the session, as it does of dates.
 */
export function textArgument(target: ExpressionTarget, argument: unknown, name: string): ColumnSchema {
  const column = takenAs(resolveArgument(target, argument, 'text'), 'text')
  const { type, property } = column
  if (lookupKind(type) === 'text') return column
  const record = recordOf(type)
  // Enums have no record, and their labels are text.
  if (record === undefined ? lookupKind(type) === 'comparable' : record.plainText)
    return castTo('text', property, column)
  throw new FieldError(
    `${name}() takes text, and "${property}" is ${baseName(type)}: say how it becomes text, as in cast(${asArgument(column)}, 'text').`,
  )
}
