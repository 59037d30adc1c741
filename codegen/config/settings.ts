import type { RelationSettings } from '../model/relations/settings.js'
import type { NameSettings } from '../model/settings.js'
import type { NamingStyle } from '../naming/style.js'

/** What `sluice.config.ts` may hold; see {@link defineConfig}. Every setting has a default. */
export interface Config {
  /** The SQL file, or files in order, that make the schema in a scratch database. Default: `schema.sql`. */
  readonly schema?: string | readonly string[] | undefined
  /** A database to read instead: `postgres://user:password@host:5432/database`. */
  readonly url?: string | undefined
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

  /** How columns, tables and relations are called in TypeScript. Default: `camelCase`. */
  readonly naming?: NamingStyle | undefined
  /** Names in place of those made from the schema. */
  readonly names?: NameSettings | undefined
  /** Names for relations, by constraint: `{ 'public.posts_author_id_fkey': { name: 'writer', inverse: 'writings' } }`. */
  readonly relations?: RelationSettings | undefined

  /** How values of a type are read, wherever it is used: `{ int8: 'number', 'public.email': { type: 'Email', … } }`. */
  readonly types?: TypeSettings | undefined
  /** How one column is read, before `types`: `{ 'public.users.preferences': { type: 'Preferences', … } }`. */
  readonly columns?: TypeSettings | undefined
  /** Give the key of each table a type of its own, and the columns that refer to it the same. Default: `false`. */
  readonly brandedIds?: boolean | undefined
  /** Enums as unions of their labels, or as these with a constant object of the same name. Default: `union`. */
  readonly enums?: EnumStyle | undefined

  /** How generated files import each other. Default: `.js`, which suits every `moduleResolution`. */
  readonly importExtension?: ImportExtension | undefined
  /** All files side by side, or a folder for each PostgreSQL schema. Default: `flat`. */
  readonly layout?: Layout | undefined
  /** Comments to put at the head of each generated file: `/* eslint-disable *\/`. Default: none. */
  readonly header?: string | undefined
}

export type EnumStyle = 'union' | 'const'

export type ImportExtension = '.js' | '.ts' | ''

export type Layout = 'flat' | 'schemas'

/** By the name of a type, or of a column: a codec, or what TypeScript is to make of the value. */
export type TypeSettings = Readonly<Record<string, CodecName | TypeSetting>>

/**
 * What values of a type are at run time:
 *
 * - int8: `bigint` (default), `number` (checked: beyond 2^53 reading throws) or `string`;
 * - numeric: `string` (default) or `number` (checked: what a number cannot hold exactly throws);
 * - timestamptz: `Date` (default) or `string` (to the microsecond, in UTC);
 * - timestamp and date: `string` (default) or `Date` (in UTC).
 */
export type CodecName = 'bigint' | 'number' | 'string' | 'Date'

/** How a type or a column is read, and what TypeScript is to make of its values. */
export interface TypeSetting {
  readonly codec?: CodecName
  /** A type in TypeScript, in place of that of the codec: `Preferences`, `'small' | 'large'`. It is not checked at run time. */
  readonly type?: string
  /**
   * Where that type comes from: a package, or a file relative to the configuration. With `name` when it is exported
   * by another name.
   */
  readonly import?: string | TypeImport
}

export interface TypeImport {
  readonly from: string
  readonly name: string
}

/** What a configuration says about the code that is made, apart from where it comes from and goes. */
export type Settings = {
  readonly [Name in Exclude<keyof Config, 'schema' | 'url' | 'out' | 'docs'>]?: NonNullable<Config[Name]>
}
