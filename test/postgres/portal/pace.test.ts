import { describe, expect, it } from 'vitest'
import { MOST_AHEAD, Pace } from '../../../src/portal/pace.js'

/** How far a stream is, and what its fetches and its loop take, in milliseconds. */
interface Course {
  readonly distance: number
  readonly service: number
  readonly work?: number
}

/** How many fetches may go ahead after each of so many that were sent in time. */
function aheadOf({ distance, service, work = 0 }: Course, fetches: number): number[] {
  let now = 0
  const pace = new Pace(() => now)
  let ended = 0
  return Array.from({ length: fetches }, () => {
    pace.asked()
    const sent = Math.max(0, ended - distance)
    const begun = Math.max(ended, sent + distance)
    ended = begun + service
    now = Math.max(now, ended)
    pace.taken({ sent, begun, ended })
    pace.handedOut()
    now += work
    return pace.ahead
  })
}

describe('fetches ahead', () => {
  it('are one where the server is near, or the loop slower than the line', () => {
    expect(aheadOf({ distance: 0.1, service: 3 }, 5)).toEqual([1, 1, 1, 1, 1])
    expect(aheadOf({ distance: 10, service: 3, work: 20 }, 9).at(-1)).toBe(1)
  })

  it('are as many as are answered while one goes there and back, one more for each that was taken', () => {
    expect(aheadOf({ distance: 10, service: 2 }, 8)).toEqual([1, 2, 3, 4, 5, 5, 5, 5])
    expect(aheadOf({ distance: 50, service: 5 }, 20).at(-1)).toBe(10)
  })

  it('follow the loop where that is slower than the server', () => {
    expect(aheadOf({ distance: 50, service: 5, work: 20 }, 30).at(-1)).toBe(3)
  })

  it('do not grow with the time that the server computes', () => {
    // Nothing comes before all of it is there: that is no distance once several are queued there.
    expect(aheadOf({ distance: 0.1, service: 200 }, 9).at(-1)).toBe(1)
  })

  it('are bounded', () => {
    expect(aheadOf({ distance: 100, service: 0 }, 200).at(-1)).toBe(MOST_AHEAD)
  })
})
