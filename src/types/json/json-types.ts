import { defineType, type BaseType } from '../base-type.js'
import { jsonbCodec, jsonCodec } from './json.js'

const value = { row: 'JsonValue', input: 'JsonValue | JsonNull' }

export const jsonTypes: readonly BaseType[] = [
  defineType('json', [114, 199], 'null', { flat: true, readings: [{ ...value, codec: jsonCodec }] }),
  defineType('jsonb', [3802, 3807], 'json', { flat: true, readings: [{ ...value, codec: jsonbCodec }] }),
]
