import { codecFor } from '../../src/types/codec-for.js'
import { isObject, type Reading } from '../../src/types/base-type.js'
import { readingOf } from '../../src/types/base-types.js'
import { isBuiltIn } from '../../src/types/type-oids.js'
import { baseType, serverLabel, type ConvertedTypeSchema, type TypeSchema } from '../../src/schema/type.js'
import type { Refined } from './refined.js'
import { type TypeNames } from './database-model.js'
import { ENGINE_NAMES } from './reserved-names.js'
import { qualifiedName } from '../../src/schema/qualified-name.js'

/** Where a type stands: what rows hold, what writes and filters take, what free-hand Kysely gives and takes. */
export type Side = 'row' | 'input' | 'selected' | 'parameter'

/** Where the names of a type's text come from. */
export interface TypeScope {
  readonly types: TypeNames
  /** What TypeScript makes of types, by `serverLabel`. */
  readonly refined: ReadonlyMap<string, Refined>
  /** The exported names of domains, by qualified name. Default: what they are over stands for them. */
  readonly aliases?: TypeNames
  /** Called for each name the text uses from elsewhere: what it is exported as, or that `as` what it is called here. */
  readonly use: (name: string, from: string) => void
}

/** The file of domains, without extension. The underscore keeps it apart from those of tables, which have none. */
export const DOMAINS = 'domain_types'

/** The TypeScript type of a column, without its null. */
export function typeText(type: TypeSchema, side: Side, scope: TypeScope): string {
  const alias = aliasOf(type, side, scope)
  if (alias === undefined) return textBehindAlias(type, side, scope)
  scope.use(alias, `./${DOMAINS}.js`)
  return alias
}

/** The name of a domain, where it is of what stands there: that of what rows hold. */
function aliasOf(type: TypeSchema, side: Side, scope: TypeScope): string | undefined {
  if (typeof type === 'string' || type.kind !== 'domain') return undefined
  const alias = scope.aliases?.get(qualifiedName(type))
  if (alias === undefined || side === 'row') return alias
  const plain = withoutAliases(scope)
  return typeText(type, side, plain) === typeText(type, 'row', plain) ? alias : undefined
}

/** To compare texts by what they mean. */
export function withoutAliases({ types, refined }: TypeScope): TypeScope {
  return { types, refined, use: () => undefined }
}

/** What a domain is exported as the name of; of any other type the same as {@link typeText}. */
export function textBehindAlias(type: TypeSchema, side: Side, scope: TypeScope): string {
  const refined = scope.refined.get(serverLabel(type))
  return refined === undefined ? plainText(type, side, scope) : refinedText(type, refined, side, scope)
}

/** The type that the user gave for values of `type`, where these are such values. */
export function refinedText(type: TypeSchema, refined: Refined, side: Side, scope: TypeScope): string {
  if (side === 'selected' && (refined.isConverted || isLeftAsText(type))) return plainText(type, side, scope)
  if (side === 'parameter' && (refined.isConverted || isText(type))) return plainText(type, side, scope)
  return userText(refined, scope)
}

/** The type that the user gave, as it is. */
export function userText({ text, import: imported }: Refined, scope: TypeScope): string {
  if (imported !== undefined) {
    const { local, exported, from } = imported
    scope.use(exported === local ? local : `${exported} as ${local}`, from)
  }
  return text
}

/**
 * Free-hand Kysely does not know the types of a database by their OIDs, which no two databases share: a structure of
 * these comes as the text that PostgreSQL sends.
 */
function isLeftAsText(type: TypeSchema): boolean {
  const base = baseType(type)
  if (typeof base === 'string' || base.kind === 'enum') return false
  const codec = codecFor(type)
  return !isBuiltIn(codec.base ?? codec.name)
}

/** As a parameter of free-hand Kysely it is a string. */
function isText(type: TypeSchema): boolean {
  const base = baseType(type)
  if (typeof base === 'string') return isSentAsText(readingOf(base))
  return base.kind === 'range' || base.kind === 'multirange' || base.kind === 'composite'
}

function plainText(type: TypeSchema, side: Side, scope: TypeScope): string {
  if (typeof type === 'string' || type.kind === 'converted') return baseText(type, side, scope)
  if (side === 'selected' && isLeftAsText(type)) return 'string'
  switch (type.kind) {
    case 'domain':
      return typeText(type.base, side, scope)
    case 'array':
      return arrayText(typeText(type.element, side, scope), side)
    case 'enum':
      return named(type, './enums.js', scope)
    case 'range':
      return side === 'parameter' ? 'string' : rangeText(type.subtype, side, scope)
    case 'multirange':
      return side === 'parameter' ? 'string' : arrayText(rangeText(type.range.subtype, side, scope), side)
    case 'composite':
      return side === 'parameter' ? 'string' : named(type, './composites.js', scope)
  }
}

/** Whether it is what a query gives, and not what it takes. */
function isOutput(side: Side): boolean {
  return side === 'row' || side === 'selected'
}

/** Free-hand Kysely reads and takes values as they are by default. */
function baseText(type: string | ConvertedTypeSchema, side: Side, scope: TypeScope): string {
  const isFreeHand = side === 'selected' || side === 'parameter'
  const reading = readingOf(isFreeHand && typeof type !== 'string' ? type.type : type)
  if (side === 'parameter' && isSentAsText(reading)) return 'string'
  return useEngineNames(isOutput(side) ? reading.row : reading.input, scope)
}

/** Notes what a text uses of the engine. */
export function useEngineNames(text: string, scope: TypeScope): string {
  const words = new Set(text.match(/\w+/g))
  for (const name of ENGINE_NAMES) if (words.has(name)) engineName(name, scope)
  return text
}

/** As a parameter JSON is its own text: what pg makes of an array or a string there is not JSON. */
function isSentAsText(reading: Reading): boolean {
  return isObject(reading) && reading.row !== 'Date' && reading.row !== 'Buffer'
}

function rangeText(subtype: TypeSchema, side: Side, scope: TypeScope): string {
  return `${engineName('Range', scope)}<${typeText(subtype, side, scope)}>`
}

export function arrayText(element: string, side: Side): string {
  const isSimple = /^[\p{ID_Continue}$.]+(?:<[\p{ID_Continue}$ |.]*>)?(?:\[\])*$/u.test(element)
  const item = isSimple ? element : `(${element})`
  return isOutput(side) ? `${item}[]` : `readonly ${item}[]`
}

export function named(
  type: { schema: string; name: string },
  from: './enums.js' | './composites.js',
  scope: TypeScope,
): string {
  const name = scope.types.get(qualifiedName(type))
  if (name === undefined) throw new Error(`The model has no name for type ${type.schema}.${type.name}.`)
  scope.use(name, from)
  return name
}

function engineName(name: (typeof ENGINE_NAMES)[number], scope: TypeScope): string {
  scope.use(name, 'sluice')
  return name
}
