/** The type of a column whose driver does not tell it. */
export const UNDESCRIBED = -1

/** A column of a row description: what decoders are picked by. */
export interface Field {
  /** The name in the result: a label, not an identity. */
  readonly name: string
  /** {@link UNDESCRIBED} where nobody tells it. */
  readonly typeOid: number
  readonly format: 'text' | 'binary'
}
