import { describe, expect, it } from 'vitest'
import { FetchSize } from '../../../src/portal/fetch-size.js'

const MIB = 1024 * 1024

/** The sizes of the fetches when each row has so many bytes. */
function sizes(rowBytes: (fetch: number) => number, fetches: number): number[] {
  const size = new FetchSize(undefined, 32 * MIB)
  return Array.from({ length: fetches }, (_, fetch) => {
    const { rows } = size
    size.brought(rows, rows * rowBytes(fetch))
    return rows
  })
}

describe('rows per fetch', () => {
  it('are those that were asked for, whatever comes', () => {
    const size = new FetchSize(7, 32 * MIB)
    expect(size.rows).toBe(7)
    size.brought(7, 100 * MIB)
    expect(size.rows).toBe(7)
  })

  it('are few at first, then more, and at most 2000', () => {
    expect(sizes(() => 100, 6)).toEqual([10, 80, 640, 2000, 2000, 2000])
  })

  it('are as many as come to a mebibyte when rows are wide, and one when a row is wider', () => {
    expect(sizes(() => 100_000, 3)).toEqual([10, 10, 10])
    expect(sizes(() => 10_000, 4)).toEqual([10, 80, 104, 104])
    expect(sizes(() => 3 * MIB, 3)).toEqual([10, 1, 1])
  })

  it('follow the rows that came last', () => {
    expect(sizes((fetch) => (fetch < 2 ? 100 : 100_000), 5)).toEqual([10, 80, 640, 10, 10])
    expect(sizes((fetch) => (fetch < 2 ? 2 * MIB : 100), 6)).toEqual([10, 1, 1, 8, 64, 512])
  })

  it('stay when nothing came', () => {
    const size = new FetchSize(undefined, 32 * MIB)
    size.brought(0, 0)
    expect(size.rows).toBe(10)
  })
})
