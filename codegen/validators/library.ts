import type { ValidatorLibrary } from './settings.js'

/** How schemas are written by a library: expressions, made of others. */
export interface Library {
  /** The import of the library, and what casts a schema to a type. */
  readonly head: string
  readonly typed: string
  readonly boolean: string
  /** A valid one. */
  readonly date: string
  /** Without NaN and infinities. */
  readonly number: string
  readonly string: string
  readonly bigint: string
  /** One that a number holds exactly. */
  readonly integer: string
  readonly never: string
  readonly between: (of: string, least: string, most: string) => string
  /** @param pattern - an expression. */
  readonly matching: (of: string, pattern: string, message: string) => string
  /** @param predicate - the expression of a function. */
  readonly checked: (of: string, predicate: string, message: string) => string
  readonly custom: (type: string, predicate: string, message: string) => string
  readonly instance: (of: string) => string
  readonly labels: (literals: readonly string[]) => string
  readonly array: (of: string) => string
  /** That takes no others. */
  readonly object: (properties: readonly string[]) => string
  readonly nullable: (of: string) => string
  /** A property that may be left out, and is not undefined. */
  readonly optional: (of: string) => string
  readonly union: (of: readonly string[]) => string
}

const list = (items: readonly string[]) => `[${items.join(', ')}]`
const braces = (properties: readonly string[]) =>
  properties.length === 0 ? '{}' : `{\n${properties.map((property) => `  ${property},\n`).join('')}}`

const zod: Library = {
  head: "import { z } from 'zod'",
  typed: [
    '/** A schema whose values have a type in TypeScript of which nothing is checked. */',
    'function typed<Type>(schema: z.ZodType): z.ZodType<Type, Type> {',
    '  return schema as z.ZodType<Type, Type>',
    '}',
  ].join('\n'),
  boolean: 'z.boolean()',
  date: 'z.date()',
  number: 'z.number()',
  string: 'z.string()',
  bigint: 'z.bigint()',
  integer: 'z.int()',
  never: 'z.never()',
  between: (of, least, most) => `${of}.min(${least}).max(${most})`,
  matching: (of, pattern, message) => `${of}.regex(${pattern}, ${message})`,
  checked: (of, predicate, message) => `${of}.refine(${predicate}, ${message})`,
  custom: (type, predicate, message) => `z.custom<${type}>(${predicate}, ${message})`,
  instance: (of) => `z.instanceof(${of})`,
  // An enum of Zod keeps its labels as keys of an object.
  labels: (literals) =>
    `z.${literals.some((each) => !each.startsWith("'") || each === "'__proto__'") ? 'literal' : 'enum'}(${list(literals)})`,
  array: (of) => `z.array(${of})`,
  object: (properties) => `z.strictObject(${braces(properties)})`,
  nullable: (of) => `z.nullable(${of})`,
  optional: (of) => `z.exactOptional(${of})`,
  union: (of) => `z.union(${list(of)})`,
}

const valibot: Library = {
  head: "import * as v from 'valibot'",
  typed: [
    '/** A schema whose values have a type in TypeScript of which nothing is checked. */',
    'function typed<Type>(schema: v.GenericSchema<unknown>): v.GenericSchema<Type> {',
    '  return schema as v.GenericSchema<Type>',
    '}',
  ].join('\n'),
  boolean: 'v.boolean()',
  date: 'v.date()',
  number: 'v.pipe(v.number(), v.finite())',
  string: 'v.string()',
  bigint: 'v.bigint()',
  integer: 'v.pipe(v.number(), v.safeInteger())',
  never: 'v.never()',
  between: (of, least, most) => `v.pipe(${of}, v.minValue(${least}), v.maxValue(${most}))`,
  matching: (of, pattern, message) => `v.pipe(${of}, v.regex(${pattern}, ${message}))`,
  checked: (of, predicate, message) => `v.pipe(${of}, v.check(${predicate}, ${message}))`,
  custom: (type, predicate, message) => `v.custom<${type}>(${predicate}, ${message})`,
  instance: (of) => `v.instance(${of})`,
  labels: (literals) => `v.picklist(${list(literals)})`,
  array: (of) => `v.array(${of})`,
  object: (properties) => `v.strictObject(${braces(properties)})`,
  nullable: (of) => `v.nullable(${of})`,
  optional: (of) => `v.exactOptional(${of})`,
  union: (of) => `v.union(${list(of)})`,
}

export const libraries: Readonly<Record<ValidatorLibrary, Library>> = { zod, valibot }
