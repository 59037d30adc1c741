import { describe, expect, it } from 'vitest'
import { SchemaDriftError } from '../../src/errors.js'
import { describedRowReader } from '../../src/rows/described-row-reader.js'
import { dataRows, field } from './data-rows.js'

const int4 = 23
const inet = 869
const ofDatabase = 16_500

describe('a statement that only the server knows', () => {
  it('asks for binary wherever there is a binary decoder', () => {
    expect(describedRowReader([field(int4), field(inet), field(ofDatabase)]).formats).toEqual([1, 0, 0])
  })

  it('is read by the types and under the names that come', () => {
    const reader = describedRowReader([field(int4), field(int4), field(ofDatabase)])
    const fields = [
      field(int4, 'binary', 'a'),
      field(int4, 'text', '__proto__'),
      field(ofDatabase, 'text', 'b'),
    ]
    const rows: Record<string, unknown>[] = []
    reader.start(fields).decode(dataRows([Buffer.from([0, 0, 1, 0]), '2', '{x}']), 1, rows)
    expect(Object.entries(rows[0] ?? {})).toEqual([
      ['a', 256],
      ['__proto__', 2],
      ['b', '{x}'],
    ])
  })

  it('is refused when a column came in binary that is of another type by now', () => {
    const reader = describedRowReader([field(int4)])
    expect(() => reader.start([field(ofDatabase, 'binary', 'a')])).toThrow(SchemaDriftError)
  })
})
