/** How an enum is written: as a union of its labels, or as an object of them beside that. */
export type EnumStyle = 'union' | 'const'

/** What the imports between generated files end in. */
export type ImportExtension = '.js' | '.ts' | ''

/** What the user decides about the files. */
export interface EmitSettings {
  /** Default: `union`. */
  readonly enums?: EnumStyle
  /** Default: `.js`. */
  readonly importExtension?: ImportExtension
  /** Leave the default schema out, so that the search_path decides. Default: `false`. */
  readonly followSearchPath?: boolean
  /** Comments at the head of each file. Default: none. */
  readonly header?: string
  /** The output folder, for imports of files beside it. Default: the working folder. */
  readonly out?: string
}
