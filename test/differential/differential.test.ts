import { afterAll, beforeAll, expect, it } from 'vitest'
import { isLong } from '../support/long.js'
import { check } from './check.js'
import { openWorld, type World } from './world.js'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const first = Number(process.env['SEED'] ?? 1)
const seeds = Number(process.env['SEEDS'] ?? (isLong ? 600 : 40))

it(
  `${seeds} random querysets answer what SQL by hand does, by every path`,
  async () => {
    const faults: string[] = []
    for (let seed = first; seed < first + seeds; seed++) {
      await check(world, seed).catch((error: unknown) => faults.push((error as Error).message))
    }
    expect(faults.join(`\n\n${'-'.repeat(80)}\n\n`)).toBe('')
  },
  60_000 + seeds * 500,
)
