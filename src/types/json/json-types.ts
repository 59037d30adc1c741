import { defineType, type BaseType } from '../base-type.js'
import { jsonbCodec, jsonCodec } from './json.js'

const value = { row: 'JsonValue', input: 'JsonValue | JsonNull' }

export const jsonTypes: readonly BaseType[] = [
  defineType({
    name: 'json',
    oids: [114, 199],
    lookups: 'null',
    flat: true,
    readings: [{ ...value, codec: jsonCodec }],
  }),
  defineType({
    name: 'jsonb',
    oids: [3802, 3807],
    lookups: 'json',
    flat: true,
    readings: [{ ...value, codec: jsonbCodec }],
  }),
]
