import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { kindOf, promise } from './failures.js'
import { firstRows, isRow } from './sources.js'
import { countUp } from './tally.js'
import type { World } from './world.js'

const PATIENCE_MS = 60_000

/** The next query on the same pool gets what was asked for: its own rows, all of them. */
export async function answer(world: World, number: number): Promise<void> {
  const end = performance.now() + PATIENCE_MS
  for (;;) {
    world.active++
    try {
      await asked[number % asked.length]?.(world, number)
      return
    } catch (error) {
      const kind = kindOf(error)
      if ((kind !== 'lost' && kind !== '57014') || performance.now() > end) throw error
      if (kind === 'lost') world.tally.losses++
      else world.tally.cancelled++
      countUp(world.tally.errors, kind)
      if (world.isOutage) await sleep(20)
    } finally {
      world.active--
      await world.untilFree()
    }
  }
}

const asked: readonly ((world: World, number: number) => Promise<void>)[] = [
  async ({ db }, number) => {
    const { rows } = await sql<{ n: number }>`select ${number}::int as n`.execute(db)
    promise(rows.length === 1 && rows[0]?.n === number, `Asked for ${number}, got ${JSON.stringify(rows)}.`)
  },
  async ({ db }, number) => {
    const count = await firstRows(db, 'numbers', number % 1000).count()
    promise(count === number % 1000, `Counted ${count} instead of ${number % 1000}.`)
  },
  async ({ db }, number) => {
    const exists = await firstRows(db, 'books', number % 2).exists()
    promise(exists === (number % 2 === 1), `exists() says ${exists}.`)
  },
  async ({ db }, number) => {
    const source = number % 2 === 0 ? 'shelves' : 'books'
    const rows = await firstRows(db, source, number % 20).toArray()
    promise(rows.length === number % 20, `Got ${rows.length} rows instead of ${number % 20}.`)
    rows.forEach((row, index) =>
      promise(isRow(source, index + 1, row), `Row ${index + 1}: ${JSON.stringify(row)}`),
    )
  },
]
