import type { EnumStyle, ImportExtension } from '../emit/settings.js'
import type { KeySettings } from '../model/declared/keys.js'
import type { RelationSettings } from '../model/relations/settings.js'
import type { FunctionSettings } from '../model/select-functions.js'
import type { KyselyValues, Layout, NameSettings } from '../model/settings.js'
import type { Preset, TypeSettings } from '../model/type-settings.js'
import type { NamingStyle } from '../naming/style.js'
import type { Plugin } from '../plugins/plugin.js'
import type { ValidatorLibrary } from '../validators/settings.js'

/** What `sluice.config.ts` may hold; see {@link defineConfig}. Every setting has a default. */
export interface Config extends DatabaseConfig {
  /**
   * Several databases by name, each with a `schema` or `url` of its own; other settings hold for all that do not set them
   * otherwise. The default of `out` is then `generated/` and the name. Default: one database.
   */
  readonly databases?: Readonly<Record<string, DatabaseConfig>> | undefined
}

/** What is set for one database. */
export interface DatabaseConfig {
  /**
   * The SQL files, folders and globs, in order, that make the schema in a scratch database. A folder of migrations comes
   * in the order of the tool that it is of. Default: `schema.sql`.
   */
  readonly schema?: string | readonly string[] | undefined
  /** A database to read instead: `postgres://user:password@host:5432/database`. */
  readonly url?: string | undefined
  /** Extensions that the SQL asks for, to leave out with what hangs on them: `['postgis']`. Default: none. */
  readonly skipExtensions?: readonly string[] | undefined
  /** The folder of the generated files; nothing else may be in it. Default: `generated`. */
  readonly out?: string | undefined
  /** A Markdown page on the tables, with a diagram, to write beside them. Default: none. */
  readonly docs?: string | undefined

  /** The PostgreSQL schemas to generate from, as names or globs. Default: all but the server's own. */
  readonly schemas?: readonly string[] | undefined
  /** The tables and views to generate, as names or globs: `users`, `billing.*`. Default: all. */
  readonly include?: readonly string[] | undefined
  /** Tables and views to leave out of those, in the same form. Default: none. */
  readonly exclude?: readonly string[] | undefined

  /**
   * The functions and procedures to make methods of: `true` for all, names or globs (`['search_*', 'api.*']`), or
   * `{ include, exclude }`. Default: none.
   */
  readonly functions?: FunctionSettings | undefined

  /** How columns, tables and relations are called in TypeScript. Default: `camelCase`. */
  readonly naming?: NamingStyle | undefined
  /** Names in place of those made from the schema. */
  readonly names?: NameSettings | undefined
  /**
   * Names for relations, by constraint: `{ 'public.posts_author_id_fkey': { name: 'writer', inverse: 'writings' } }`; and
   * relations that no foreign key makes, by column: `{ 'app.orders.user_id': 'app.users' }`. Default: none.
   */
  readonly relations?: RelationSettings | undefined
  /** Keys of views, and of tables that declare none: `{ 'app.order_view': ['id'] }`. Default: none. */
  readonly keys?: KeySettings | undefined

  /** `json`: values that survive `JSON.stringify`: int8 as a checked `number`, timestamptz as text. Default: none. */
  readonly preset?: Preset | undefined
  /** How values of a type are read, wherever it is used: `{ int8: 'number', 'public.email': { type: 'Email', … } }`. */
  readonly types?: TypeSettings | undefined
  /** How one column is read, before `types`: `{ 'public.users.preferences': { type: 'Preferences', … } }`. */
  readonly columns?: TypeSettings | undefined
  /** Give the key of each table a type of its own, and the columns that refer to it the same. Default: `false`. */
  readonly brandedIds?: boolean | undefined
  /** Enums as unions of their labels, or as these with a constant object of the same name. Default: `union`. */
  readonly enums?: EnumStyle | undefined

  /** Columns and domains whose CHECK lists values as unions of these, where `columns` and `types` say nothing else. Default: `false`. */
  readonly checkUnions?: boolean | undefined

  /** Understand tags in comments of the database: `@deprecated`, `@hidden`, `@omit` and `@type`. Default: `true`. */
  readonly commentTags?: boolean | undefined

  /** Whose values `DB` is for, as `SluiceDialect` is given them: `'pg'` for what pg's default parsers return. Default: `sluice`. */
  readonly kyselyValues?: KyselyValues | undefined
  /** Call tables and columns in `DB` as Kysely's `new CamelCasePlugin()` does. Default: `false`. */
  readonly kyselyCamelCase?: boolean | undefined

  /** Name no schema where it is the default one, `public`: the search_path then decides. Default: `false`. */
  readonly followSearchPath?: boolean | undefined

  /** The PostgreSQL schemas that each tenant has one like: their tables are there by `withSchema` alone. Default: none. */
  readonly tenants?: readonly string[] | undefined

  /** How generated files import each other. Default: `.js`, which suits every `moduleResolution`. */
  readonly importExtension?: ImportExtension | undefined
  /** All files side by side, or a folder for each PostgreSQL schema. Default: `flat`. */
  readonly layout?: Layout | undefined
  /** Comments to put at the head of each generated file: `/* eslint-disable *\/`. Default: none. */
  readonly header?: string | undefined

  /** Schemas of new rows and updates for Zod or Valibot, in `validators.ts`. Default: none. */
  readonly validators?: ValidatorLibrary | undefined
  /** What changes or adds to what is generated, in this order. Default: none. */
  readonly plugins?: readonly Plugin[] | undefined
}

/** What a configuration says about the code that is made, apart from where it comes from and goes. */
export type Settings = {
  readonly [Name in Exclude<keyof DatabaseConfig, 'schema' | 'url' | 'out' | 'docs'>]?: NonNullable<
    Config[Name]
  >
}
