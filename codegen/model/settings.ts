import type { NamingStyle } from '../naming/style.js'
import type { KeySettings } from './declared/keys.js'
import type { RelationSettings } from './relations/settings.js'
import type { Preset, TypeSettings } from './type-settings.js'

/** All files in one folder, or a folder for each PostgreSQL schema. */
export type Layout = 'flat' | 'schemas'

/** As `SluiceDialect` is given them: `values`. */
export type KyselyValues = 'sluice' | 'pg'

/** What the user decides about the model. */
export interface ModelSettings {
  /** How columns, tables and relations are called in TypeScript. Default: `camelCase`. */
  readonly naming?: NamingStyle
  /** Names in place of those made from the schema. */
  readonly names?: NameSettings
  /** Names for relations, by constraint, and relations that no foreign key makes, by column. */
  readonly relations?: RelationSettings
  /** Keys that the database does not declare, by table or view. */
  readonly keys?: KeySettings
  /** Codecs for a purpose, which come after those of `types` and `columns`. */
  readonly preset?: Preset
  /** What types and columns are read as, and what TypeScript makes of them. */
  readonly types?: TypeSettings
  readonly columns?: TypeSettings
  /** What relative imports in these start from. Default: the working folder. */
  readonly folder?: string
  /** Keys have types of their own. Default: `false`. */
  readonly brandedIds?: boolean
  /** Whose values `DB` is for. Default: `sluice`. */
  readonly kyselyValues?: KyselyValues
  /** Whether `DB` is for Kysely's CamelCasePlugin. Default: `false`. */
  readonly kyselyCamelCase?: boolean
  /** The schemas that each tenant has one like. Default: none. */
  readonly tenants?: readonly string[]
  /** Files side by side, or a folder per schema. Default: `flat`. */
  readonly layout?: Layout
  /** Whether there is a file of validators, whose name no table's file then has. Default: there is none. */
  readonly validators?: unknown
}

/**
 * Names that the user gives, in place of those made from the schema, by qualified name in SQL: `public.users`, or
 * `public."a.b"` for a name with a dot or a quote of its own. The report of a renaming gives the key to write.
 */
export interface NameSettings {
  /** By table: the name of its repository, or also that of its rows. `{ 'public.tbl_person': { repository: 'people', row: 'Person' } }`. */
  readonly tables?: Readonly<Record<string, string | TableNameSetting>>
  /** By column, or attribute of a composite type: its property. `{ 'public.users.is_active': 'active' }`. */
  readonly columns?: Readonly<Record<string, string>>
  /** By enum, composite type or domain: the name of its type. `{ 'public.order_status': 'Status' }`. */
  readonly types?: Readonly<Record<string, string>>
  /**
   * By the last word of tables' names, in lower case: what one row is called, where the rules of English have it wrong or
   * leave it alone. `{ criteria: 'criterion', clientes: 'cliente', media: 'media' }`.
   */
  readonly singulars?: Readonly<Record<string, string>>
  /** By function or procedure with the types it takes: its method. `{ 'public.search(text, integer)': 'searchText' }`. */
  readonly functions?: Readonly<Record<string, string>>
}

/** At least one of the two; the other is made from it. */
export interface TableNameSetting {
  /** The key in `repositories()`: `people`. */
  readonly repository?: string
  /** The type of a row: `Person`. */
  readonly row?: string
}
