import { qualifiedName } from '../../src/schema/qualified-name.js'
import { serverLabel, type TypeSchema } from '../../src/schema/type.js'
import { readingOf } from '../../src/types/base-types.js'
import type { AllowedValues } from '../introspect/allowed-values.js'
import type { Catalog } from '../introspect/catalog.js'
import { stringLiteral } from '../naming/string-literal.js'
import { typeMapper } from './map-types.js'
import type { Refined } from './refined.js'

/** A longer union tells nobody anything, and a compiler is long at it. */
const MOST_VALUES = 200

/** Types of texts that are equal only if they are the same: not of those that are padded or of either case. */
const TEXTS = new Set(['text', 'varchar'])

/**
 * What TypeScript makes of a column that has nothing but these values: `'draft' | 'live'`. Undefined where its values are
 * others in TypeScript than in SQL.
 */
export function checkUnion(type: TypeSchema, allowed: AllowedValues | undefined): Refined | undefined {
  if (allowed === undefined || allowed.size === 0 || allowed.size > MOST_VALUES) return undefined
  const wanted = literalsOf(type)
  const values = [...allowed]
  if (wanted === undefined || values.some((value) => typeof value !== wanted)) return undefined
  const literals = values.map((value) => (typeof value === 'number' ? String(value) : stringLiteral(value)))
  return { text: literals.join(' | '), import: undefined, isConverted: false, setting: undefined, values }
}

/** What literals of a type are in TypeScript, if they are in SQL the same. */
function literalsOf(type: TypeSchema): 'string' | 'number' | undefined {
  if (typeof type === 'string') {
    if (TEXTS.has(type)) return 'string'
    return (type === 'int2' || type === 'int4') && readingOf(type).row === 'number' ? 'number' : undefined
  }
  if (type.kind === 'domain') return literalsOf(type.base)
  if (type.kind === 'converted' && type.type === 'int8' && type.as === 'number') return 'number'
  return type.kind === 'enum' ? 'string' : undefined
}

/** What the user said of types, and of the domains that are left what their CHECK lists. */
export function withDomainUnions(
  refined: ReadonlyMap<string, Refined>,
  { tables, functions = [], composites, domainValues = new Map<string, AllowedValues>() }: Catalog,
): ReadonlyMap<string, Refined> {
  if (domainValues.size === 0) return refined
  const unions = new Map<string, Refined>()
  const note = typeMapper((type) => {
    if (typeof type === 'string' || type.kind !== 'domain') return type
    const union = checkUnion(type, domainValues.get(qualifiedName(type)))
    if (union !== undefined && !refined.has(serverLabel(type))) unions.set(serverLabel(type), union)
    return type
  })
  for (const { columns } of [...tables, ...functions]) for (const { type } of columns) note(type)
  for (const { parameters } of functions) for (const { type } of parameters) note(type)
  for (const { type } of composites) note(type)
  return new Map([...refined, ...unions])
}
