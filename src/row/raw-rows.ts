/** What one fetch brought: DataRow messages as they came off the wire, not yet decoded. */
export interface RawRows {
  /** Whole messages only, in order; one message never spans two of them. */
  readonly segments: readonly Buffer[]
  readonly count: number
}

/** A column of a row description: what decoders are picked by. */
export interface Field {
  /** The name in the result: a label, not an identity. */
  readonly name: string
  readonly typeOid: number
  readonly format: 'text' | 'binary'
}
