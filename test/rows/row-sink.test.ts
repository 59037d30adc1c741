import { describe, expect, it } from 'vitest'
import { codecFor } from '../../src/types/codec-for.js'
import { DecodeError, SchemaDriftError } from '../../src/errors.js'
import { knownRowReader } from '../../src/rows/row-reader.js'
import { DecodedRows } from '../../src/rows/row-sink.js'
import { valueShape } from '../../src/rows/shape.js'
import { dataRows, field } from './data-rows.js'

const bool = 16
const reader = () => knownRowReader([{ label: 'public.t.x', codec: codecFor('bool') }], valueShape)

describe('rows decoded as they come in', () => {
  it('are taken once each, in order', () => {
    const sink = new DecodedRows(reader())
    sink.describe([field(bool)])
    sink.add(dataRows(['t'], ['f']), 2)
    sink.cut()
    sink.add(dataRows(['t']), 1)
    expect(sink.take()).toEqual([true, false])
    expect(sink.take()).toEqual([])
    sink.cut()
    expect(sink.take()).toEqual([true])
  })

  it('fail for who takes them, not for the socket that brings them', () => {
    const sink = new DecodedRows(reader())
    sink.describe([field(bool)])
    sink.add(dataRows(['t']), 1)
    sink.cut()
    sink.add(dataRows(['t'], ['maybe']), 2)
    sink.add(dataRows(['t']), 1)
    sink.cut()
    sink.cut()
    // The chunk before the one that fails is whole.
    expect(sink.take()).toEqual([true])
    expect(() => sink.take()).toThrow(DecodeError)
    expect(() => sink.take()).toThrow('row 3 of the result')
  })

  it('fail likewise when their columns are others', () => {
    const sink = new DecodedRows(reader())
    sink.describe([field(25)])
    sink.add(dataRows(['t']), 1)
    sink.cut()
    expect(() => sink.take()).toThrow(SchemaDriftError)
  })
})
