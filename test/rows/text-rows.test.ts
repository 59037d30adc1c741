import { describe, expect, it } from 'vitest'
import { DecodeError } from '../../src/errors.js'
import { TextRows } from '../../src/rows/text-rows.js'
import { dataRows } from './data-rows.js'

/** What is read of rows that come in such pieces. */
function read(...pieces: readonly Buffer[]): string[][] {
  const rows = new TextRows()
  for (const piece of pieces) rows.add(piece)
  rows.cut()
  return rows.take()
}

describe('rows of text', () => {
  it('are the values as they were sent, row by row', () => {
    expect(read(dataRows(['UTF8', 'ISO, DMY'], ['', 'Zürich']), dataRows(['a', 'b']))).toEqual([
      ['UTF8', 'ISO, DMY'],
      ['', 'Zürich'],
      ['a', 'b'],
    ])
  })

  it('are taken once, and none where none came', () => {
    const rows = new TextRows()
    rows.add(dataRows(['x']))
    rows.cut()
    rows.cut()
    expect([rows.take(), rows.take(), rows.take()]).toEqual([[['x']], [], []])
  })

  it.each<[string, (row: Buffer) => void]>([
    ['says to have more values than it has', (row) => row.writeUInt16BE(3, 5)],
    ['says to have fewer', (row) => row.writeUInt16BE(1, 5)],
    ['has a value that is longer than the row', (row) => row.writeInt32BE(100, 7)],
    ['has one of a length that there is not', (row) => row.writeInt32BE(-2, 7)],
  ])('are refused where one %s', (_, spoil) => {
    const row = dataRows(['abc', 'de'])
    spoil(row)
    expect(() => read(row)).toThrow(DecodeError)
  })

  it('are refused where one is null, which nobody has asked for', () => {
    expect(() => read(dataRows(['a', null]))).toThrow(DecodeError)
  })
})
