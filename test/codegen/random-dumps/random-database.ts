import { Client } from 'pg'
import { Random } from '../../queryset/random.js'
import { WickedNames } from '../fuzz-names.js'
import { changeActions } from './changes.js'
import { makeRoles, rightActions } from './rights.js'
import { routineActions } from './routines.js'
import { tableActions } from './tables.js'
import { makeExtensions, typeActions } from './types.js'
import { viewActions } from './views.js'
import { quoted, World, type WorldOptions } from './world.js'

/** What makes things, in an order in which each finds what it may name. */
const STAGES = [
  { actions: typeActions, most: 6 },
  { actions: tableActions, most: 5 },
  { actions: routineActions, most: 3 },
  { actions: changeActions, most: 6 },
  { actions: viewActions, most: 5 },
  { actions: routineActions, most: 5 },
  { actions: tableActions, most: 2 },
  { actions: changeActions, most: 4 },
  { actions: rightActions, most: 6 },
] as const

/** Fills an empty database with what depends on nothing but the seed, and the version of the server. */
export async function fillAtRandom(url: string, seed: number, options: WorldOptions): Promise<World> {
  const random = new Random(seed)
  const client = new Client({ connectionString: url, statement_timeout: 5000 })
  await client.connect()
  try {
    const world = new World(random, client, options)
    await makeSchemas(world)
    await makeRoles(world)
    await makeExtensions(world)
    for (const { actions, most } of STAGES) {
      for (let count = 1 + random.below(most); count > 0; count--) await random.pick(actions)(world)
    }
    return world
  } finally {
    await client.end()
  }
}

async function makeSchemas(world: World): Promise<void> {
  const { isOneSchema } = world.options
  if (!isOneSchema || world.chance(2)) world.addSchema('public')
  if (world.chance(3)) await world.comment('SCHEMA public', 1)
  const names = new WickedNames(world.random, ['public', 'pg_catalog', 'information_schema'])
  const count = isOneSchema ? 1 - world.schemas.length : world.random.below(3)
  for (let made = 0; made < count; made++) {
    const name = names.next()
    await world.run(`CREATE SCHEMA ${quoted(name)}`)
    world.addSchema(name)
    await world.comment(`SCHEMA ${quoted(name)}`)
  }
}
