import { asString, defineType, type BaseType, type ReadingDefinition } from '../base-type.js'
import { boolCodec } from './boolean.js'
import { byteaCodec } from './bytea.js'
import { charCodec, nameCodec, textCodec } from './text.js'
import { uuidCodec } from './uuid.js'
import { withoutEnd } from './without-end.js'

const same = { family: 'text', alike: 'text' }

/** What is text in binary too. */
function asText(name: string): [ReadingDefinition] {
  return [asString(textCodec(name))]
}

export const textTypes: readonly BaseType[] = [
  defineType('bool', [16, 1000], 'equality', {
    exactKey: 'bool',
    plainText: true,
    readings: [{ row: 'boolean', codec: boolCodec }],
  }),
  defineType('bytea', [17, 1001], 'comparable', {
    exactKey: 'bytea',
    readings: [{ row: 'Buffer', input: 'Uint8Array', codec: byteaCodec }],
  }),
  defineType('char', [18, 1002], 'comparable', { readings: [asString(charCodec)] }),
  defineType('name', [19, 1003], 'text', { ...same, readings: [asString(nameCodec)] }),
  defineType('text', [25, 1009], 'text', { ...same, exactKey: 'text', readings: asText('text') }),
  defineType('varchar', [1043, 1015], 'text', { ...same, exactKey: 'text', readings: asText('varchar') }),
  defineType('bpchar', [1042, 1014], 'text', {
    ...same,
    canonical: (padded) => withoutEnd(padded, ' '),
    readings: asText('bpchar'),
  }),
  defineType('citext', undefined, 'text', {
    family: 'text',
    canonical: (mixed) => mixed.toLowerCase(),
    readings: asText('citext'),
  }),
  defineType('uuid', [2950, 2951], 'comparable', {
    exactKey: 'uuid',
    plainText: true,
    readings: [asString(uuidCodec)],
  }),
]
