import assert from 'node:assert/strict'
import type { WorkerOptions } from 'node:worker_threads'
import { Numbers } from '../../postgres/support/fault-tables.js'
import { loop, nameOf } from '../loop.js'
import { sabotage, type Harm } from '../saboteur.js'
import type { Scenario } from '../scenario.js'
import type { World } from '../world.js'

interface HarmOptions {
  readonly options?: WorkerOptions
  /** What the body of the loop does when the worker was told to come to harm; the loop waits for a fetch otherwise. */
  readonly meanwhile?: () => Promise<void>
}

/** Iterates until the worker has come to harm, and once more. @returns the error of the first loop. */
async function harmed(
  world: World,
  harm: Harm,
  { options, meanwhile }: HarmOptions = {},
): Promise<Error | undefined> {
  const saboteur = sabotage({ options })
  const { db } = world.open()
  const { rows, error } = await loop(new Numbers(db).iterator({ chunkSize: 10 }), (_, count) => {
    if (count !== 150) return undefined
    saboteur.do(harm)
    return meanwhile?.()
  })
  assert.ok(rows >= 150, String(rows))
  assert.equal((await loop(new Numbers(db).iterator({ chunkSize: 5000 }))).error, undefined)
  saboteur.stop()
  return error
}

function assertSays(error: Error | undefined, words: RegExp): void {
  assert.match(error?.message ?? '', words)
}

const END = 'after the rows that had arrived; the next iteration starts another worker'

/** The worker ends in the middle of an iteration. */
export const workerEnd: readonly Scenario[] = [
  {
    fault: 'An exception that nobody catches in the worker',
    async run(world) {
      const error = await harmed(world, 'throw')
      assertSays(error, /ended, .*: thrown on purpose/)
      return `${nameOf(error)} with the exception as its reason, ${END}`
    },
  },
  {
    fault: 'The same, while the loop body awaits something',
    async run(world) {
      const error = await harmed(world, 'throw', { meanwhile: () => world.observer.untilStates() })
      assertSays(error, /ended, .*: thrown on purpose/)
      return `The same: ${nameOf(error)}; nothing is thrown past the loop`
    },
  },
  {
    fault: 'The worker exits',
    async run(world) {
      const error = await harmed(world, 'exit')
      assertSays(error, /ended, .*: it exited with code 7/)
      return `${nameOf(error)} with the exit code, ${END}`
    },
  },
  {
    fault: 'The worker runs out of memory',
    async run(world) {
      const error = await harmed(world, 'fill the heap', {
        options: { resourceLimits: { maxOldGenerationSizeMb: 30 } },
      })
      assertSays(error, /memory/)
      return `${nameOf(error)} that says that it may have been memory, ${END}`
    },
  },
  {
    fault: 'There is no memory for a chunk',
    async run(world) {
      const saboteur = sabotage({ atStart: 'find no memory' })
      const { db } = world.open()
      const { rows, error } = await loop(new Numbers(db).iterator({ chunkSize: 9000 }))
      assert.equal(rows, 0)
      assertSays(error, /9000 rows .* Use a smaller chunkSize/)
      // The same worker goes on.
      assert.equal((await loop(new Numbers(db).iterator({ chunkSize: 100 }))).error, undefined)
      saboteur.stop()
      return `${nameOf(error)} that names \`chunkSize\`; the worker goes on`
    },
  },
  {
    fault: 'The database is closed between two steps',
    async run(world) {
      // Nothing waits for the step that never comes.
      const opened = world.open({ closeTimeoutMs: 60_000 })
      world.forget(opened)
      await opened.db.selectFrom('numbers').select('id').limit(1).execute()
      const rows = new Numbers(opened.db).iterator({ chunkSize: 10 })
      const { error } = await loop(rows, (_, count) => (count === 15 ? opened.db.destroy() : undefined))
      assertSays(error, /database was closed/)
      assert.throws(() => [...new Numbers(opened.db).iterator()], /closed/)
      return `${nameOf(error)} after the rows that had arrived`
    },
  },
]
