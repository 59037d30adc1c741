/** A column of a row description: what decoders are picked by. */
export interface Field {
  /** The name in the result: a label, not an identity. */
  readonly name: string
  readonly typeOid: number
  readonly format: 'text' | 'binary'
}
