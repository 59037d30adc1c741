import { asString, defineType, type BaseType } from '../base-type.js'
import { boolCodec } from './boolean.js'
import { byteaCodec } from './bytea.js'
import { charCodec, nameCodec, textCodec } from './text.js'
import { uuidCodec } from './uuid.js'

const text = { lookups: 'text', family: 'text', alike: 'text' } as const

export const textTypes: readonly BaseType[] = [
  defineType({
    name: 'bool',
    oids: [16, 1000],
    lookups: 'equality',
    exactKey: 'bool',
    plainText: true,
    readings: [{ row: 'boolean', codec: boolCodec }],
  }),
  defineType({
    name: 'bytea',
    oids: [17, 1001],
    lookups: 'comparable',
    exactKey: 'bytea',
    readings: [{ row: 'Buffer', input: 'Uint8Array', codec: byteaCodec }],
  }),
  defineType({ name: 'char', oids: [18, 1002], lookups: 'comparable', readings: [asString(charCodec)] }),
  defineType({ name: 'name', oids: [19, 1003], ...text, readings: [asString(nameCodec)] }),
  defineType({
    name: 'text',
    oids: [25, 1009],
    ...text,
    exactKey: 'text',
    readings: [asString(textCodec('text'))],
  }),
  defineType({
    name: 'varchar',
    oids: [1043, 1015],
    ...text,
    exactKey: 'text',
    readings: [asString(textCodec('varchar'))],
  }),
  defineType({
    name: 'bpchar',
    oids: [1042, 1014],
    ...text,
    canonical: (padded) => padded.replace(/ +$/, ''),
    readings: [asString(textCodec('bpchar'))],
  }),
  defineType({
    name: 'citext',
    oids: undefined,
    lookups: 'text',
    family: 'text',
    canonical: (mixed) => mixed.toLowerCase(),
    readings: [asString(textCodec('citext'))],
  }),
  defineType({
    name: 'uuid',
    oids: [2950, 2951],
    lookups: 'comparable',
    exactKey: 'uuid',
    plainText: true,
    readings: [asString(uuidCodec)],
  }),
]
