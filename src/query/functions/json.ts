import { FieldError } from '../../errors.js'
import { serverType, type TypeSchema } from '../../schema/type.js'
import { describe } from '../../types/describe.js'
import type { JsonNull, JsonValue } from '../../types/json/json.js'
import { isPlainObject } from '../lookups/operand.js'
import { baseName } from '../../types/same-type.js'
import { calling, castTo, computed } from '../expression/computed.js'
import type { Argument, MadeOf } from '../expression/expression-types.js'
import { QueryExpression } from '../expression/query-expression.js'
import { literal, resolveArgument } from '../expression/resolve.js'
import type { ColumnSchema } from '../../schema/table.js'
import { typeByName, type SqlTypeName, type SqlTypeValue } from './sql-types.js'

/**
 * What is in a JSON document at a path of keys and of indices from 0, from the end with a minus: `meta #> '{plan,name}'`;
 * NULL where there is nothing. With a type the value as that, of a string its text: `CAST(meta #>> '{plan,seats}' AS int4)`.
 *
 * ```ts
 * users.annotate({ plan: jsonPath('preferences', ['plan', 'name'], 'text') })
 * ```
 */
export function jsonPath<const A extends Argument>(
  argument: A,
  path: readonly (string | number)[],
): QueryExpression<MadeOf<JsonValue | JsonNull | null, [A]>>
export function jsonPath<const A extends Argument, const Name extends SqlTypeName>(
  argument: A,
  path: readonly (string | number)[],
  type: Name,
): QueryExpression<MadeOf<SqlTypeValue<Name> | null, [A]>>
export function jsonPath(
  argument: Argument,
  path: readonly (string | number)[],
  type?: string,
): QueryExpression {
  const named = type === undefined ? undefined : typeByName(type, 'jsonPath()')
  return new QueryExpression([argument], (target) => {
    return atPathAs(resolveArgument(target, argument, 'jsonb'), path, named)
  })
}

/** What is at a path as a value of a type. */
export function atPathAs(document: ColumnSchema, path: unknown, type: TypeSchema = 'jsonb'): ColumnSchema {
  if (type === 'jsonb') return atPath(document, path)
  const text = atPath(document, path, 'text')
  return type === 'text' ? text : castTo(type, text.property, text)
}

/** `document #> path`, or `#>>` as text. */
export function atPath(document: ColumnSchema, path: unknown, as: 'jsonb' | 'text' = 'jsonb'): ColumnSchema {
  const server = serverType(document.type)
  if (server !== 'jsonb' && server !== 'json') {
    throw new FieldError(`A path leads into JSON, and "${document.property}" is ${baseName(document.type)}.`)
  }
  const isStep = (step: unknown) => typeof step === 'string' || Number.isSafeInteger(step)
  if (!Array.isArray(path) || path.length === 0 || !path.every(isStep)) {
    throw new FieldError(
      `A path into "${document.property}" is a list of keys and indices, such as ['plan', 0], not ${describe(path)}.`,
    )
  }
  const steps = literal(path.map(String), { kind: 'array', element: 'text' }, true)
  const operator = as === 'text' ? '#>>' : '#>'
  const of = server === 'json' && as === 'jsonb' ? castTo('jsonb', document.property, document) : document
  const label = `${document.property}.${path.join('.')}`
  return computed(
    { label, type: as, nullable: true },
    { kind: 'sql', parts: ['(', ` ${operator} `, ')'], args: [of, steps] },
    [of],
  )
}

/**
 * An object of values by their keys: `jsonb_build_object('name', name, …)`. A `timestamptz` in it has the offset of the
 * session's time zone. Django's `JSONObject`.
 */
export function jsonObject<const Values extends Readonly<Record<string, Argument>>>(
  values: Values,
): QueryExpression<MadeOf<JsonValue, readonly Values[keyof Values][]>> {
  if (!isPlainObject(values)) {
    throw new FieldError(`jsonObject() takes values by their keys, not ${describe(values)}.`)
  }
  const entries = Object.entries(values)
  return new QueryExpression(Object.values(values), (target) => {
    const args = entries.flatMap(([key, each]) => [literal(key, 'text', true), resolveArgument(target, each)])
    return calling('jsonb_build_object', { type: 'jsonb', nullable: false }, args)
  })
}

/** A list of values: `jsonb_build_array(…)`. Django's `JSONArray`. */
export function jsonArray<const A extends readonly Argument[]>(
  ...values: A
): QueryExpression<MadeOf<JsonValue, A>> {
  return new QueryExpression(values, (target) =>
    calling(
      'jsonb_build_array',
      { type: 'jsonb', nullable: false },
      values.map((each) => resolveArgument(target, each)),
    ),
  )
}
