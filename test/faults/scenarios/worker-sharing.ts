import assert from 'node:assert/strict'
import { Numbers, ROWS, type Opened } from '../../postgres/support/fault-tables.js'
import { loop } from '../loop.js'
import type { Scenario } from '../scenario.js'
import type { World } from '../world.js'

const FEW = 12

function fewNumbers({ db }: Opened) {
  return new Numbers(db).filter({ id: { lte: FEW } })
}

/** Steps through many iterators in turn, each of which gives all rows. */
function interleave(opened: readonly Opened[], each: number): void {
  const iterators = opened.flatMap((one) =>
    Array.from({ length: each }, () => fewNumbers(one).iterator({ chunkSize: 4 })),
  )
  for (let id = 1; id <= FEW; id++) for (const rows of iterators) assert.equal(rows.next().value?.id, id)
  for (const rows of iterators) assert.equal(rows.next().done, true)
}

async function sessions({ observer }: World): Promise<number> {
  return (await observer.states()).length
}

/** Several iterations at once. */
export const workerSharing: readonly Scenario[] = [
  {
    fault: 'Loops in each other, three deep, the inner ones left half-way',
    async run(world) {
      const opened = world.open()
      let inner = 0
      for (const a of fewNumbers(opened).iterator({ chunkSize: 4 })) {
        for (const b of fewNumbers(opened).iterator({ chunkSize: 4 })) {
          if (b.id > 5) break
          for (const c of fewNumbers(opened).iterator({ chunkSize: 4 })) {
            if (c.id > 5) break
            inner += a.id * c.id
          }
        }
      }
      assert.equal(inner, 5 * 15 * ((FEW * (FEW + 1)) / 2))
      return `All rows, over ${await sessions(world)} connections of one worker`
    },
  },
  {
    fault: '20 iterators are open at once, and stepped in turn',
    async run(world) {
      interleave([world.open()], 20)
      return `All rows, over ${await sessions(world)} connections of one worker`
    },
  },
  {
    fault: 'Iterators of three databases are stepped in turn',
    run(world) {
      interleave([world.open(), world.open(), world.open()], 2)
      return Promise.resolve('All rows, by a worker each')
    },
  },
  {
    fault: '`iterator()` in the body of a loop over `aiterator()`, on a pool of one, and the other way round',
    async run(world) {
      const opened = world.open()
      const outer = await loop(new Numbers(opened.db).aiterator({ chunkSize: 1000 }), async (_, count) => {
        if (count % 2000 === 0) assert.equal((await loop(fewNumbers(opened).iterator())).rows, FEW)
      })
      const other = await loop(new Numbers(opened.db).iterator({ chunkSize: 1000 }), async (_, count) => {
        if (count % 2000 === 0) assert.equal((await loop(fewNumbers(opened).aiterator())).rows, FEW)
      })
      assert.deepEqual(
        [outer, other],
        [
          { rows: ROWS, error: undefined },
          { rows: ROWS, error: undefined },
        ],
      )
      return 'All rows: the worker has connections of its own'
    },
  },
]
