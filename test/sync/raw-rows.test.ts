import { describe, expect, it } from 'vitest'
import { bytesOf, RawRows } from '../../src/worker/raw-rows.js'
import { dataRows, field } from '../rows/data-rows.js'

const text = 25

/** A chunk of a single row of so many letters. */
function chunkOf(rows: RawRows, length: number) {
  rows.add(dataRows(['x'.repeat(length)]), 1)
  rows.cut()
  return rows.take()
}

describe('rows gathered as bytes', () => {
  it('are those that came since the last chunk, in order, with their columns', () => {
    const rows = new RawRows()
    rows.describe([field(text)])
    rows.add(dataRows(['a'], ['b']), 2)
    rows.add(dataRows(['c']), 1)
    rows.cut()
    rows.add(dataRows(['d']), 1)
    rows.cut()
    const [first, second] = [rows.take(), rows.take()]
    expect(first).toMatchObject({ count: 3, fields: [field(text)] })
    expect(bytesOf(first)).toEqual(dataRows(['a'], ['b'], ['c']))
    expect(second).toMatchObject({ count: 1, fields: [field(text)] })
    expect(bytesOf(second)).toEqual(dataRows(['d']))
  })

  it('are in memory of their own, which may be given away', () => {
    const rows = new RawRows()
    const { memory } = chunkOf(rows, 10)
    structuredClone(memory, { transfer: [memory] })
    expect(bytesOf(chunkOf(rows, 10))).toEqual(dataRows(['x'.repeat(10)]))
  })

  it('use memory again that came back, unless it is too small or far too large', () => {
    const rows = new RawRows()
    const first = chunkOf(rows, 200_000).memory
    rows.giveBack(first)
    const second = chunkOf(rows, 190_000)
    expect(second.memory).toBe(first)
    expect(bytesOf(second)).toEqual(dataRows(['x'.repeat(190_000)]))
    rows.giveBack(first)
    expect(chunkOf(rows, 300_000).memory).not.toBe(first)
    rows.giveBack(new ArrayBuffer(50_000_000))
    expect(chunkOf(rows, 10).memory.byteLength).toBeLessThan(1_000_000)
  })
})
