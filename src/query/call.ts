import { choicesOf } from '../choices.js'
import { FieldError } from '../errors.js'
import type { FunctionSchema, ParameterSchema } from '../schema/function.js'
import { qualifiedName } from '../schema/qualified-name.js'
import type { SchemaRegistry } from '../schema/registry.js'
import { Operand } from '../shape/operand.js'
import { codecFor } from '../types/codec-for.js'
import { encodeCopy } from './encode.js'
import { isPlainObject } from './lookups/operand.js'
import { change, initialState, type FunctionArgument, type FunctionCall, type QueryState } from './state.js'

/**
 * A function or procedure with its arguments.
 *
 * @throws {@link FieldError} for an argument that is missing, unknown or `undefined`; {@link EncodeError} for a value that
 * its parameter cannot hold.
 */
export function callOf(called: FunctionSchema, given: unknown): FunctionCall {
  return { function: called, arguments: argumentsOf(called, given) }
}

/** The rows that a function gives. */
export function calledState(call: FunctionCall, schemas: SchemaRegistry): QueryState {
  return change(initialState(schemas.rowsOf(call.function), schemas), { call })
}

function argumentsOf(called: FunctionSchema, given: unknown = {}): FunctionArgument[] {
  const name = qualifiedName(called)
  if (!isPlainObject(given))
    throw new FieldError(`${name}() takes its arguments as one object: { name: value }.`)
  const parameters = called.parameters.filter(({ mode }) => mode !== 'out')
  const properties = parameters.map(({ property }) => property)
  const unknown = Object.keys(given).find((property) => !properties.includes(property))
  if (unknown !== undefined)
    throw new FieldError(`${name}() has no parameter "${unknown}". ${choicesOf(unknown, properties)}.`)
  const isGiven = ({ property }: ParameterSchema) => Object.hasOwn(given, property)
  for (const parameter of parameters) {
    if (!isGiven(parameter) && !parameter.optional)
      throw new FieldError(`${name}() needs its parameter "${parameter.property}".`)
  }
  refuseGap(called, isGiven)
  return called.parameters.flatMap((parameter, place) =>
    isGiven(parameter) && parameter.mode !== 'out'
      ? [{ place, value: new Operand(encoded(parameter, given[parameter.property], name)) }]
      : [],
  )
}

/** Whether parameters go by their names; without them all, they go by their places. */
export function isNamed({ parameters }: FunctionSchema): boolean {
  return parameters.every(({ name }) => name !== '')
}

/** What goes by its place cannot come behind one that is left out. */
function refuseGap(called: FunctionSchema, isGiven: (parameter: ParameterSchema) => boolean): void {
  if (isNamed(called)) return
  const inputs = called.parameters.filter(({ mode }) => mode !== 'out')
  const gap = inputs.findIndex((parameter) => !isGiven(parameter))
  const behind = gap < 0 ? undefined : inputs.slice(gap).find(isGiven)
  if (behind === undefined) return
  throw new FieldError(
    `${qualifiedName(called)}() has parameters without names: to give "${behind.property}", give ` +
      `"${inputs[gap]?.property ?? ''}" as well.`,
  )
}

function encoded({ property, type }: ParameterSchema, value: unknown, name: string): string | Buffer | null {
  if (value === null) return null
  if (value === undefined) {
    throw new FieldError(
      `The argument "${property}" of ${name}() is undefined. Leave it out for its default, or give null for NULL.`,
    )
  }
  return encodeCopy(codecFor(type), value, () => `The argument "${property}" of ${name}()`)
}
