import { expect, it } from 'vitest'
import { Lru } from '../../src/plan/lru.js'

it('keeps what was used last, and no more than its bounds', () => {
  const kept = new Lru<number>(10, 1000)
  for (let n = 0; n < 100; n++) {
    kept.set(`key ${n}`, n, 1)
    expect(kept.get('key 0')).toBe(0)
    expect(kept.size).toBeLessThanOrEqual(10)
  }
  expect(kept.get('key 99')).toBe(99)
  expect(kept.get('key 50')).toBeUndefined()
})

it('keeps half of its entries at least, whatever comes', () => {
  const kept = new Lru<number>(10, 1000)
  for (let n = 0; n < 100; n++) {
    kept.set(`key ${n}`, n, 1)
    for (let back = 0; back < 5; back++) if (n - back >= 0) expect(kept.get(`key ${n - back}`)).toBe(n - back)
  }
})

it('is bounded by weight, and takes nothing that weighs too much alone', () => {
  const kept = new Lru<number>(1000, 100)
  kept.set('heavy', 1, 60)
  expect(kept.get('heavy')).toBeUndefined()
  for (let n = 0; n < 100; n++) {
    kept.set(`key ${n}`, n, 1 + (n % 40))
    expect(kept.weight).toBeLessThanOrEqual(100)
    expect(kept.get(`key ${n}`)).toBe(n)
  }
})
