import { DecodeError } from '../../errors.js'
import type { Codec } from '../codec.js'
import { describe, misfit } from '../describe.js'
import { utf8 } from '../text/bytes.js'

/** An enum: one of its labels as a string. */
export function enumCodec(name: string, declared: readonly string[]): Codec {
  // A Map to itself: rows that are kept share the label's string.
  const labels = new Map<unknown, string>(declared.map((label) => [label, label]))
  const known = declared.map((label) => JSON.stringify(label)).join(', ')

  const decodeText = (text: string): string => {
    const label = labels.get(text)
    if (label !== undefined) return label
    throw new DecodeError(
      `The enum ${name} has a label that the generated schema does not know, ${describe(text)}. Generate again.`,
      { value: text },
    )
  }
  return {
    name,
    decodeText,
    decodeBinary: (bytes, start, end) => decodeText(utf8(bytes, start, end)),
    encode: (value) => {
      const label = labels.get(value)
      if (label !== undefined) return label
      throw misfit(`The enum ${name} takes ${known}`, value)
    },
    encodeBinary: (value, bytes) => {
      const label = labels.get(value)
      return label !== undefined && bytes.utf8(label)
    },
  }
}
