import { expect, test } from 'vitest'
import { codecFor } from '../../src/types/codec-for.js'
import { DecodeError, EncodeError } from '../../src/errors.js'
import type { CompositeTypeSchema } from '../../src/schema/type.js'

const address: CompositeTypeSchema = {
  kind: 'composite',
  schema: 'public',
  name: 'address',
  fields: [
    { property: 'houseNo', name: 'house_no', type: 'int4' },
    { property: 'street', name: 'street', type: 'text' },
    { property: 'toString', name: 'to_string', type: 'text' },
  ],
}
const codec = codecFor(address)

test.each<[string, unknown]>([
  ['(1,Road,x)', { houseNo: 1, street: 'Road', toString: 'x' }],
  ['(,"",)', { houseNo: null, street: '', toString: null }],
  ['(-1,"a ""b""\\\\,","()")', { houseNo: -1, street: 'a "b"\\,', toString: '()' }],
])('%s', (text, value) => {
  expect(codec.decodeText(text)).toEqual(value)
  expect(codec.decodeText(codec.encode(value) as string)).toEqual(value)
})

test('fields that the schema does not have are refused: the type has changed', () => {
  for (const text of ['', '()', '(1,a)', '(1,a,b,c)', '(1,a,b', '(1,a,b)x', 'a', '(x,a,b)']) {
    expect(() => codec.decodeText(text), text).toThrow(DecodeError)
  }
  expect(() => codec.decodeBinary!(Buffer.from('00000002', 'hex'), 0, 4)).toThrow(/Generate again/)
})

test('every field must be given, and no other', () => {
  const value = { houseNo: 1, street: 'a', toString: null }
  expect(() => codec.encode({ ...value, city: 'x' })).toThrow(/no field "city"/)
  expect(() => codec.encode({ ...value, street: undefined })).toThrow(/"street".*missing/)
  expect(() => codec.encode({ houseNo: 1, street: 'a' })).toThrow(/"toString".*missing/)
  for (const other of [null, 'a', 1, []]) expect(() => codec.encode(other)).toThrow(EncodeError)
})

test('a field named __proto__ is a property like others', () => {
  const hostile = codecFor({
    ...address,
    fields: [{ property: '__proto__', name: '__proto__', type: 'int4' }],
  })
  const value = hostile.decodeText('(7)') as object
  expect(Object.entries(value)).toEqual([['__proto__', 7]])
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  expect(hostile.encode(value)).toBe('("7")')
})

test('read as text as soon as one field has no binary decoder', () => {
  expect(codec.decodeBinary).toBeTypeOf('function')
  const fields = [...address.fields, { property: 'price', name: 'price', type: 'money' }]
  expect(codecFor({ ...address, fields }).decodeBinary).toBeUndefined()
})
