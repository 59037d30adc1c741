import {
  serverLabel,
  type CompositeTypeSchema,
  type DomainTypeSchema,
  type TypeSchema,
} from '../../src/schema/type.js'
import { readAs, typeNamed } from '../../src/types/base-types.js'
import { isBuiltIn } from '../../src/types/type-oids.js'
import { didYouMean } from '../config/did-you-mean.js'
import {
  CONVERTIBLE,
  PRESETS,
  type CodecName,
  type Preset,
  type TypeSetting,
  type TypeSettings,
} from './type-settings.js'
import { CodegenError } from '../errors.js'
import type { Catalog, CommentTags } from '../introspect/catalog.js'
import { mapFunctions, typeMapper } from './map-types.js'
import { type Refined, refinedBy } from './refined.js'
import { catalogName } from './type-aliases.js'
import { qualifiedName, type Qualified } from '../../src/schema/qualified-name.js'

interface MappingSettings {
  readonly preset?: Preset
  readonly types?: TypeSettings
  readonly columns?: TypeSettings
  /** What relative imports start from. Default: the working folder. */
  readonly folder?: string
}

/** What the settings make of types and columns. */
export interface TypeMapping {
  /** The catalog with every type as it is read: `{ kind: 'converted', type: 'int8', as: 'number' }` in place of `int8`. */
  readonly catalog: Catalog
  /** By what a type is called in the settings, {@link serverLabel}: `int8`, however it is read, or `public.email`. */
  readonly types: ReadonlyMap<string, Refined>
  /** By the qualified name of a column. */
  readonly columns: ReadonlyMap<string, Refined>
}

/** @throws {@link CodegenError} for a setting of nothing in the schema, and for a codec that its type does not have. */
export function mapTypes(catalog: Catalog, settings: MappingSettings): TypeMapping {
  const { preset, types = {}, columns = {}, folder = process.cwd() } = settings
  const byType = new Map<string, Entry>()
  for (const [key, value] of Object.entries(types)) {
    const entry = entryOf(`types[${JSON.stringify(key)}]`, value)
    const other = byType.get(catalogName(key))
    if (other !== undefined)
      throw new CodegenError(`${other.at} and ${entry.at} are of the same type. Leave one out.`)
    byType.set(catalogName(key), entry)
  }
  for (const [key, value] of Object.entries(preset === undefined ? {} : PRESETS[preset]))
    if (!byType.has(key)) byType.set(key, entryOf(`preset "${preset}"`, value))
  const byColumn = new Map(
    Object.entries(columns).map(([key, value]) => [key, entryOf(`columns[${JSON.stringify(key)}]`, value)]),
  )
  checkKnown('columns', byColumn, columnKeys(catalog))
  checkTypes(byType, catalog)
  for (const [key, tags] of taggedTypes(catalog)) addTag(byType, key, tags)
  for (const [key, tags] of taggedColumns(catalog)) addTag(byColumn, key, tags)

  const map = typeMapper((type) => {
    const entry = byType.get(serverLabel(type))
    return entry?.codec === undefined ? type : convert(type, entry.codec, entry.at)
  })
  const typeOf = (owner: Qualified, name: string, type: TypeSchema): TypeSchema => {
    const entry = byColumn.get(qualifiedName(owner, name))
    return entry?.codec === undefined ? map(type) : convert(map(type), entry.codec, entry.at)
  }
  const refined = (entries: ReadonlyMap<string, Entry>) =>
    new Map(
      [...entries].flatMap(([key, entry]): [string, Refined][] => {
        const found = refinedBy(entry, entry.typeAt ?? entry.at, folder)
        return found === undefined ? [] : [[key, found]]
      }),
    )
  return {
    catalog: {
      ...catalog,
      ...mapFunctions(catalog, map),
      tables: catalog.tables.map((table) => ({
        ...table,
        columns: table.columns.map((column) => ({
          ...column,
          type: typeOf(table, column.name, column.type),
        })),
      })),
      composites: catalog.composites.map((entry) => ({
        ...entry,
        type: map(entry.type) as CompositeTypeSchema,
      })),
      domains: catalog.domains.map((entry) => ({ ...entry, type: map(entry.type) as DomainTypeSchema })),
    },
    types: refined(byType),
    columns: refined(byColumn),
  }
}

interface Entry extends TypeSetting {
  /** The setting, as messages name it. */
  readonly at: string
  /** The same of its type, where that is of a tag. */
  readonly typeAt?: string
}

function entryOf(at: string, value: CodecName | TypeSetting): Entry {
  return typeof value === 'string' ? { codec: value, at } : { ...value, at }
}

/** Adds the type that a comment gives, which a type of the settings comes before. */
function addTag(entries: Map<string, Entry>, key: string, { type }: CommentTags): void {
  const set = entries.get(key)
  if (type === undefined || set?.type !== undefined) return
  const typeAt = `@type in the comment on ${key}`
  entries.set(key, { ...type, ...set, typeAt, at: set?.at ?? typeAt })
}

function taggedTypes({ enums, composites, domains }: Catalog): (readonly [string, CommentTags])[] {
  return [...enums, ...composites, ...domains].flatMap(({ type, tags }) =>
    tags === undefined ? [] : [[qualifiedName(type), tags] as const],
  )
}

function taggedColumns({ tables }: Catalog): (readonly [string, CommentTags])[] {
  return tables.flatMap((table) =>
    table.columns.flatMap(({ name, tags }) =>
      tags === undefined ? [] : [[qualifiedName(table, name), tags] as const],
    ),
  )
}

/** The type with what it is made of at last read by `codec`: the base of a domain, the elements of an array. */
function convert(type: TypeSchema, codec: CodecName, at: string): TypeSchema {
  if (typeof type !== 'string' && type.kind !== 'converted') {
    if (type.kind === 'domain') return { ...type, base: convert(type.base, codec, at) }
    if (type.kind === 'array') return { ...type, element: convert(type.element, codec, at) }
    if (type.kind === 'range') return { ...type, subtype: convert(type.subtype, codec, at) }
    if (type.kind === 'multirange') {
      return { ...type, range: { ...type.range, subtype: convert(type.range.subtype, codec, at) } }
    }
    throw new CodegenError(
      `${at} sets the codec "${codec}", but values of the ${type.kind} ${qualifiedName(type)} have none.`,
    )
  }
  const name = typeof type === 'string' ? type : type.type
  const known = typeNamed(name).readings.map(({ row }) => row)
  if (known.length === 1 || !known.includes(codec)) {
    const choices = known.length === 1 ? 'it is read in one way only' : `it is read as ${known.join(', ')}`
    throw new CodegenError(`${at} sets the codec "${codec}", which ${name} does not have: ${choices}.`)
  }
  return readAs(name, codec)
}

function checkTypes(entries: ReadonlyMap<string, Entry>, catalog: Catalog): void {
  const used = new Set<string>()
  const note = typeMapper((type) => {
    used.add(serverLabel(type))
    return type
  })
  for (const table of catalog.tables) for (const { type } of table.columns) note(type)
  mapFunctions(catalog, note)
  const known = [...new Set([...CONVERTIBLE.map(({ name }) => name), ...used])]
    .filter((name) => !name.endsWith('[]'))
    .sort()
  // A configuration may be shared by projects that do not all use every built-in type.
  const unknown = new Map([...entries].filter(([key]) => !isBuiltIn(key)))
  checkKnown('types', unknown, known)
  for (const [key, { codec, at }] of entries)
    if (isBuiltIn(key) && codec !== undefined) convert(key, codec, at)
}

function checkKnown(
  kind: 'types' | 'columns',
  entries: ReadonlyMap<string, Entry>,
  known: readonly string[],
): void {
  const names = new Set(known)
  for (const [key, { at }] of entries) {
    if (names.has(key)) continue
    const what = kind === 'types' ? 'is of a type that no column has' : 'is of nothing in the schema'
    throw new CodegenError(`${at} ${what}.${didYouMean(key, known)}`)
  }
}

function columnKeys({ tables }: Catalog): string[] {
  return tables.flatMap((table) => table.columns.map(({ name }) => qualifiedName(table, name)))
}
