import { qualifiedName, type Qualified } from '../../src/schema/qualified-name.js'
import { didYouMean } from '../config/did-you-mean.js'
import { CodegenError } from '../errors.js'
import type { Catalog, CatalogFunction } from '../introspect/catalog.js'
import { Inflection } from '../naming/inflection.js'
import { RESERVED_PROPERTIES } from '../naming/property.js'
import { words } from '../naming/words.js'
import { RESERVED_EXPORTS, RESERVED_REPOSITORIES, RESERVED_WORDS } from './reserved-names.js'
import type { NameSettings, TableNameSetting } from './settings.js'

const RESERVED_TYPES = [...RESERVED_EXPORTS, ...RESERVED_WORDS]

type Entries<Value> = Readonly<Record<string, Value>>

/** The names that the user chose, checked. */
export class ChosenNames {
  readonly #tables: ReadonlyMap<string, TableNameSetting>
  readonly #columns: ReadonlyMap<string, string>
  readonly #types: ReadonlyMap<string, string>
  readonly #functions: ReadonlyMap<string, string>
  /** With the singulars that the user gave. */
  readonly inflection: Inflection

  /** @throws {@link CodegenError} for a name of nothing, one that cannot be, and one given twice. */
  constructor(settings: NameSettings, catalog: Catalog) {
    const { tables = {}, columns = {}, types = {}, functions = {}, singulars = {} } = settings
    const typed = [...catalog.enums, ...catalog.composites, ...catalog.domains].map(({ type }) => type)
    this.#tables = read(
      'tables',
      tables,
      catalog.tables.map((each) => qualifiedName(each)),
      (value, setting) => {
        const names = typeof value === 'string' ? { repository: value } : value
        if (names.repository !== undefined) checkName(names.repository, setting, RESERVED_REPOSITORIES)
        if (names.row !== undefined) checkName(names.row, setting, RESERVED_TYPES)
        return names
      },
    )
    this.#columns = read('columns', columns, columnKeys(catalog), (value, setting) =>
      checkName(value, setting, RESERVED_PROPERTIES),
    )
    this.#types = read(
      'types',
      types,
      typed.map((each) => qualifiedName(each)),
      (value, setting) => checkName(value, setting, RESERVED_TYPES),
    )
    this.#functions = read(
      'functions',
      functions,
      (catalog.functions ?? []).map(({ signature }) => signature),
      (value, setting) => checkName(value, setting, RESERVED_REPOSITORIES),
    )
    const lastWords = catalog.tables.flatMap((table) =>
      words(this.table(table).repository ?? table.name).slice(-1),
    )
    this.inflection = new Inflection(
      Object.fromEntries(read('singulars', singulars, [...new Set(lastWords)], checkWord)),
    )
  }

  /** Of a table or view. */
  table(table: Qualified): TableNameSetting {
    return this.#tables.get(qualifiedName(table)) ?? {}
  }

  /** Of an enum, composite type or domain. */
  type(type: Qualified): string | undefined {
    return this.#types.get(qualifiedName(type))
  }

  /** Of a function or procedure. */
  function({ signature }: CatalogFunction): string | undefined {
    return this.#functions.get(signature)
  }

  /** Of columns or attributes, by their names in SQL. */
  properties(owner: Qualified, names: readonly string[]): Map<string, string> {
    const chosen = new Map<string, string>()
    const owners = new Map<string, string>()
    for (const name of names) {
      const key = qualifiedName(owner, name)
      const property = this.#columns.get(key)
      if (property === undefined) continue
      const other = owners.get(property)
      if (other !== undefined) {
        throw new CodegenError(
          `${settingOf('columns', other)} and ${settingOf('columns', key)} both choose "${property}". Change one.`,
        )
      }
      owners.set(property, key)
      chosen.set(name, property)
    }
    return chosen
  }
}

/** How the configuration names a setting: `names.tables["public.users"]`. */
export function settingOf(kind: keyof NameSettings, key: string): string {
  return `names.${kind}[${JSON.stringify(key)}]`
}

function columnKeys({ tables, composites }: Catalog): string[] {
  return [
    ...tables.flatMap((table) => table.columns.map(({ name }) => qualifiedName(table, name))),
    ...composites.flatMap(({ type }) => type.fields.map(({ name }) => qualifiedName(type, name))),
  ]
}

const MISSING: Readonly<Record<keyof NameSettings, string>> = {
  tables: 'nothing in the schema',
  columns: 'nothing in the schema',
  types: 'nothing in the schema',
  functions: 'no function or procedure that is generated',
  singulars: 'no word, in lower case, that the name of a table ends in',
}

function read<Value, Name>(
  kind: keyof NameSettings,
  entries: Entries<Value>,
  known: readonly string[],
  check: (value: Value, setting: string) => Name,
): Map<string, Name> {
  const keys = new Set(known)
  return new Map(
    Object.entries(entries).map(([key, value]) => {
      const setting = settingOf(kind, key)
      if (!keys.has(key))
        throw new CodegenError(`${setting} is of ${MISSING[kind]}.${didYouMean(key, known)}`)
      return [key, check(value, setting)]
    }),
  )
}

function checkWord(word: string, setting: string): string {
  if (words(word).join(' ') === word && word !== '') return word
  throw new CodegenError(
    `${setting} is ${JSON.stringify(word)}, which is no word in lower case. Write one like person.`,
  )
}

function checkName(name: string, setting: string, reserved: readonly string[]): string {
  if (!/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)) {
    throw new CodegenError(`${setting} chooses "${name}", which is no identifier. Write one like createdAt.`)
  }
  if (reserved.includes(name)) {
    throw new CodegenError(`${setting} chooses "${name}", which is reserved. Choose another.`)
  }
  return name
}
