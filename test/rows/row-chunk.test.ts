import { describe, expect, it } from 'vitest'
import { codecFor } from '../../src/types/codec-for.js'
import { DecodeError, SchemaDriftError } from '../../src/errors.js'
import { RowChunk } from '../../src/rows/row-chunk.js'
import { knownRowReader } from '../../src/rows/row-reader.js'
import { ChunkedRows } from '../../src/rows/row-sink.js'
import { valueShape } from '../../src/rows/shape.js'
import { dataRows, field } from './data-rows.js'

const [bool, text] = [16, 25]
const failures: unknown[] = []
const note = (error: unknown) => void failures.push(error)
const sinkOf = (type: 'bool' | 'text') =>
  new ChunkedRows<unknown>(knownRowReader([{ label: 'public.t.x', codec: codecFor(type) }], valueShape), note)

describe('the rows of a chunk', () => {
  it('come as they came in, and not before they are asked for', () => {
    const sink = sinkOf('bool')
    sink.describe([field(bool)])
    sink.add(dataRows(['t'], ['f']), 2)
    sink.add(dataRows(['t'], ['maybe']), 2)
    sink.cut()
    sink.add(dataRows(['f']), 1)
    sink.cut()
    const first = sink.take()
    expect(first.length).toBe(4)
    expect(first.next()).toEqual([true, false])
    expect(failures).toEqual([])
    expect(() => first.next()).toThrow(DecodeError)
    expect(failures.map(String)).toEqual([expect.stringContaining('row 4 of the result')])
  })

  it('are few at a time where many came at once, but for a row that is larger', () => {
    const sink = sinkOf('text')
    sink.describe([field(text)])
    const values = Array.from({ length: 40_000 }, (_, index) => 'x'.repeat(index % 50))
    values[20_000] = 'y'.repeat(300_000)
    sink.add(dataRows(...values.map((value) => [value])), values.length)
    sink.cut()
    const chunk = sink.take()
    expect(chunk.length).toBe(40_000)
    const parts = [...chunk]
    expect(parts.flat()).toEqual(values)
    const sizes = parts.map((rows) => rows.reduce<number>((sum, row) => sum + String(row).length + 11, 0))
    expect(sizes.filter((size) => size > 70_000)).toHaveLength(1)
    expect(parts.length).toBeGreaterThan(20)
    expect(chunk.next()).toBeUndefined()
  })

  it('are none where other columns came than are expected', () => {
    const sink = sinkOf('bool')
    sink.describe([field(text)])
    sink.add(dataRows(['t']), 1)
    sink.cut()
    expect(() => sink.take()).toThrow(SchemaDriftError)
  })

  it('are none where they come before their columns are named', () => {
    const sink = sinkOf('bool')
    sink.add(dataRows(['t']), 1)
    sink.describe([field(bool)])
    sink.add(dataRows(['t']), 1)
    sink.cut()
    expect(() => sink.take()).toThrow('without naming their columns')
  })

  it('may be there already', () => {
    expect([...RowChunk.of([1, 2])]).toEqual([[1, 2]])
    expect(RowChunk.of([1, 2])).toHaveLength(2)
  })
})
