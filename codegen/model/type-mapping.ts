import { isBuiltIn } from '../../src/types/type-oids.js'
import { serverName } from '../../src/schema/conversion.js'
import type { CompositeTypeSchema, TypeSchema } from '../../src/schema/type.js'
import { didYouMean } from '../config/did-you-mean.js'
import type { CodecName, TypeSetting, TypeSettings } from './type-settings.js'
import { CodegenError } from '../errors.js'
import type { Catalog } from '../introspect/catalog.js'
import { typeMapper } from './map-types.js'
import { type Refined, refinedBy } from './refined.js'
import { catalogName } from './type-aliases.js'
import { qualifiedName, type Qualified } from '../../src/schema/qualified-name.js'

/** What each base type can be read as; the first is the default. */
const CODECS: Readonly<Record<string, readonly CodecName[]>> = {
  int8: ['bigint', 'number', 'string'],
  numeric: ['string', 'number'],
  timestamptz: ['Date', 'string'],
  timestamp: ['string', 'Date'],
  date: ['string', 'Date'],
}

interface MappingSettings {
  readonly types?: TypeSettings
  readonly columns?: TypeSettings
  /** What relative imports start from. Default: the working folder. */
  readonly folder?: string
}

/** What the settings make of types and columns. */
export interface TypeMapping {
  /** The catalog with every type as it is read: `int8 as number` in place of `int8`. */
  readonly catalog: Catalog
  /** By {@link refinementKey} of a type. */
  readonly types: ReadonlyMap<string, Refined>
  /** By the qualified name of a column. */
  readonly columns: ReadonlyMap<string, Refined>
}

/** @throws {@link CodegenError} for a setting of nothing in the schema, and for a codec that its type does not have. */
export function mapTypes(catalog: Catalog, settings: MappingSettings): TypeMapping {
  const { types = {}, columns = {}, folder = process.cwd() } = settings
  const byType = new Map<string, Entry>()
  for (const [key, value] of Object.entries(types)) {
    const entry = entryOf(`types[${JSON.stringify(key)}]`, value)
    const other = byType.get(catalogName(key))
    if (other !== undefined)
      throw new CodegenError(`${other.at} and ${entry.at} are of the same type. Leave one out.`)
    byType.set(catalogName(key), entry)
  }
  const byColumn = new Map(
    Object.entries(columns).map(([key, value]) => [key, entryOf(`columns[${JSON.stringify(key)}]`, value)]),
  )
  checkKnown('columns', byColumn, columnKeys(catalog))
  checkTypes(byType, catalog)

  const map = typeMapper((type) => {
    const entry = byType.get(refinementKey(type))
    return entry?.codec === undefined ? type : convert(type, entry.codec, entry.at)
  })
  const typeOf = (owner: Qualified, name: string, type: TypeSchema): TypeSchema => {
    const entry = byColumn.get(qualifiedName(owner, name))
    return entry?.codec === undefined ? map(type) : convert(map(type), entry.codec, entry.at)
  }
  const refined = (entries: ReadonlyMap<string, Entry>) =>
    new Map(
      [...entries].flatMap(([key, entry]): [string, Refined][] => {
        const found = refinedBy(entry, entry.at, folder)
        return found === undefined ? [] : [[key, found]]
      }),
    )
  return {
    catalog: {
      ...catalog,
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
    },
    types: refined(byType),
    columns: refined(byColumn),
  }
}

/** What a type is called in `types`: `int8`, however it is read, or `public.email`. */
export function refinementKey(type: TypeSchema): string {
  if (typeof type === 'string') return serverName(type)
  return type.kind === 'array' ? `${refinementKey(type.element)}[]` : qualifiedName(type)
}

interface Entry extends TypeSetting {
  /** The setting, as messages name it. */
  readonly at: string
}

function entryOf(at: string, value: CodecName | TypeSetting): Entry {
  return typeof value === 'string' ? { codec: value, at } : { ...value, at }
}

/** The type with what it is made of at last read by `codec`: the base of a domain, the elements of an array. */
function convert(type: TypeSchema, codec: CodecName, at: string): TypeSchema {
  if (typeof type !== 'string') {
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
  const name = serverName(type)
  const known = Object.hasOwn(CODECS, name) ? (CODECS[name] ?? []) : []
  if (!known.includes(codec)) {
    const choices = known.length === 0 ? 'it is read in one way only' : `it is read as ${known.join(', ')}`
    throw new CodegenError(`${at} sets the codec "${codec}", which ${name} does not have: ${choices}.`)
  }
  return codec === known[0] ? name : `${name} as ${codec}`
}

function checkTypes(entries: ReadonlyMap<string, Entry>, catalog: Catalog): void {
  const used = new Set<string>()
  const note = typeMapper((type) => {
    used.add(refinementKey(type))
    return type
  })
  for (const table of catalog.tables) for (const { type } of table.columns) note(type)
  const known = [...new Set([...Object.keys(CODECS), ...used])].filter((name) => !name.endsWith('[]')).sort()
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
