import type { ConvertedTypeSchema } from '../../src/schema/type.js'
import { baseTypes } from '../../src/types/base-types.js'

/** By the name of a type, or of a column: a codec, or what TypeScript is to make of the value. */
export type TypeSettings = Readonly<Record<string, CodecName | TypeSetting>>

/**
 * What values of a type are at run time:
 *
 * - int8: `bigint` (default), `number` (checked: beyond 2^53 reading throws) or `string`;
 * - numeric: `string` (default) or `number` (checked: what a number cannot hold exactly throws);
 * - timestamptz: `Date` (default) or `string` (to the microsecond, in UTC);
 * - json and jsonb: the value (default; checked: a number that a double cannot hold throws) or `string`, its text;
 * - timestamp and date: `string` (default) or `Date` (in UTC).
 */
export type CodecName = ConvertedTypeSchema['as']

/**
 * Codecs for a purpose. `json`: values that `JSON.stringify` takes, and that `JSON.parse` gives back as they were:
 * int8 as `number`, beyond 2^53 an error, and timestamptz as `string`. Others do so by default, but for bytea.
 */
export const PRESETS = { json: { int8: 'number', timestamptz: 'string' } } as const satisfies Record<
  string,
  TypeSettings
>

/** A set of `types` by name: with `json`, rows are what `JSON.stringify` takes and `JSON.parse` gives back. */
export type Preset = keyof typeof PRESETS

/** The types that a codec can be chosen for. */
export const CONVERTIBLE = baseTypes.filter(({ readings }) => readings.length > 1)

/** How a type or a column is read, and what TypeScript is to make of its values. */
export interface TypeSetting {
  /** What values are at run time. Default: what the type is read as by default. */
  readonly codec?: CodecName
  /** A type in TypeScript, in place of that of the codec: `Preferences`, `'small' | 'large'`. It is not checked at run time. */
  readonly type?: string
  /**
   * Where that type comes from: a package, or a file relative to the configuration. With `name` when it is exported
   * by another name.
   */
  readonly import?: string | TypeImport
}

/** Where a type of yours is exported, and by which name. */
export interface TypeImport {
  /** A package, or a file relative to the configuration. */
  readonly from: string
  /** The name that it is exported by there. */
  readonly name: string
}
