import { DecodeError, EncodeError } from '../../errors.js'
import { qualifiedName } from '../../schema/qualified-name.js'
import type { EnumTypeSchema } from '../../schema/type.js'
import type { Codec } from '../codec.js'
import { describe } from '../describe.js'
import { utf8 } from '../text/utf8.js'

/** An enum: one of its labels as a string. */
export function enumCodec(type: EnumTypeSchema): Codec {
  const name = qualifiedName(type)
  // A Map to itself: rows that are kept share the label's string.
  const labels = new Map<unknown, string>(type.labels.map((label) => [label, label]))
  const known = type.labels.map((label) => JSON.stringify(label)).join(', ')

  const decodeText = (text: string): string => {
    const label = labels.get(text)
    if (label !== undefined) return label
    throw new DecodeError(
      `The enum ${name} has the label ${describe(text)}, which the generated schema does not know. Generate again.`,
    )
  }
  return {
    name,
    decodeText,
    decodeBinary: (bytes, start, end) => decodeText(utf8(bytes, start, end)),
    encode: (value) => {
      const label = labels.get(value)
      if (label !== undefined) return label
      throw new EncodeError(`The enum ${name} takes ${known}, not ${describe(value)}.`)
    },
  }
}
