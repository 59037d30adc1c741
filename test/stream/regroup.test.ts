import { describe, expect, it } from 'vitest'
import { Regrouper } from '../../src/iterate/regroup.js'

function regroup(total: number, chunkSize: number, batchSize: number): number[][] {
  const numbers = Array.from({ length: total }, (_, index) => index)
  const regrouper = new Regrouper<number>(batchSize)
  const batches: number[][] = []
  for (let at = 0; at < total; at += chunkSize)
    batches.push(...regrouper.add(numbers.slice(at, at + chunkSize)))
  return [...batches, ...regrouper.flush()]
}

describe('Regrouper', () => {
  it('yields batches of exactly the size, whatever the chunks are', () => {
    for (const total of [0, 1, 2, 3, 7, 12, 13]) {
      for (const chunkSize of [1, 2, 3, 5, 12, 20]) {
        for (const batchSize of [1, 2, 3, 4, 6, 13, 50]) {
          const batches = regroup(total, chunkSize, batchSize)
          expect(batches.flat()).toEqual(Array.from({ length: total }, (_, index) => index))
          expect(batches.slice(0, -1).every((batch) => batch.length === batchSize)).toBe(true)
          expect(batches.every((batch) => batch.length > 0 && batch.length <= batchSize)).toBe(true)
        }
      }
    }
  })

  it('gives out what is left only once', () => {
    const regrouper = new Regrouper<number>(3)
    regrouper.add([1, 2])
    expect(regrouper.flush()).toEqual([[1, 2]])
    expect(regrouper.flush()).toEqual([])
  })
})
