import { UsageError } from '../errors.js'
import { baseType, serverType, type ConvertedTypeSchema, type TypeSchema } from '../schema/type.js'
import { defineType, type BaseType, type Reading } from './base-type.js'
import { jsonTypes } from './json/json.js'
import { numberTypes } from './numbers/number-types.js'
import { plainTypes } from './text/plain-types.js'
import { textTypes } from './text/text-types.js'
import { timeTypes } from './times/time-types.js'

/** Every base type that is known. */
export const baseTypes: readonly BaseType[] = [
  ...numberTypes,
  ...textTypes,
  ...timeTypes,
  ...jsonTypes,
  ...plainTypes,
]

const byName = new Map(baseTypes.map((type) => [type.name, type]))

/** The record of the base type `name`. One that is not known is a string, as PostgreSQL prints it, and has `=`. */
export function typeNamed(name: string): BaseType {
  let type = byName.get(name)
  if (type === undefined) {
    type = defineType(name, undefined, 'equality')
    byName.set(name, type)
  }
  return type
}

/** The record of what a type is at last; undefined for what is made of other types, and for enums. */
export function recordOf(type: TypeSchema): BaseType | undefined {
  const server = serverType(type)
  return typeof server === 'string' ? typeNamed(server) : undefined
}

/** How values of a base type are read, in domains too; undefined for what is made of other types, and for enums. */
export function readingOf(type: string | ConvertedTypeSchema): Reading
export function readingOf(type: TypeSchema): Reading | undefined
export function readingOf(type: TypeSchema): Reading | undefined {
  const base = baseType(type)
  if (typeof base === 'string') return typeNamed(base).readings[0]
  if (base.kind !== 'converted') return undefined
  const { readings } = typeNamed(base.type)
  const reading = readings.find(({ row }) => row === base.as)
  if (reading !== undefined) return reading
  const choices = readings.map(({ row }) => row).join(', ')
  throw new UsageError(`The type ${base.type} cannot be read as ${base.as}. Choices: ${choices}.`)
}

/** The type `name` with its values read as `as`. */
export function readAs(name: string, as: ConvertedTypeSchema['as']): TypeSchema {
  return typeNamed(name).readings[0].row === as ? name : { kind: 'converted', type: name, as }
}
