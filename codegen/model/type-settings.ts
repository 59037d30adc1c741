import type { CodecName } from '../../src/schema/type.js'

export type { CodecName }

/** By the name of a type, or of a column: a codec, or what TypeScript is to make of the value. */
export type TypeSettings = Readonly<Record<string, CodecName | TypeSetting>>

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
