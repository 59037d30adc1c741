import { asString, defineType, type BaseType } from '../base-type.js'
import { boolCodec } from './boolean.js'
import { byteaCodec } from './bytea.js'
import { charCodec, nameCodec, textCodec } from './text.js'
import { uuidCodec } from './uuid.js'
import { withoutEnd } from './without-end.js'

const text = { family: 'text', alike: 'text' }

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
  defineType('name', [19, 1003], 'text', { ...text, readings: [asString(nameCodec)] }),
  defineType('text', [25, 1009], 'text', {
    ...text,
    exactKey: 'text',
    readings: [asString(textCodec('text'))],
  }),
  defineType('varchar', [1043, 1015], 'text', {
    ...text,
    exactKey: 'text',
    readings: [asString(textCodec('varchar'))],
  }),
  defineType('bpchar', [1042, 1014], 'text', {
    ...text,
    canonical: (padded) => withoutEnd(padded, ' '),
    readings: [asString(textCodec('bpchar'))],
  }),
  defineType('citext', undefined, 'text', {
    family: 'text',
    canonical: (mixed) => mixed.toLowerCase(),
    readings: [asString(textCodec('citext'))],
  }),
  defineType('uuid', [2950, 2951], 'comparable', {
    exactKey: 'uuid',
    plainText: true,
    readings: [asString(uuidCodec)],
  }),
]
