/**
 * A process that tries the scenarios it is told, one after the other. When it is told no more it has to end by itself:
 * what is left open would keep it.
 */
import { inspect } from 'node:util'
import { scenarioGroups } from './scenarios/index.js'
import { World } from './world.js'

/** Asks for a scenario to be tried, or says that there is none left. */
export type Request = Trial | 'end'

export interface Trial {
  readonly url: string
  readonly group: number
  readonly index: number
}

/** Either its outcome, or why it failed. */
export interface Response {
  readonly outcome?: string
  readonly error?: string
}

async function run({ url, group, index }: Trial): Promise<Response> {
  const scenario = scenarioGroups[group]?.scenarios[index]
  if (scenario === undefined) throw new Error(`There is no scenario ${group}.${index}.`)
  try {
    const world = await World.create(url, `sluice_fault_${group}_${index}`)
    const outcome = await scenario.run(world)
    await world.check()
    return { outcome }
  } catch (error) {
    return { error: inspect(error, { depth: 6 }) }
  }
}

process.on('message', (request: Request) => {
  if (request === 'end') process.disconnect()
  else void run(request).then((response) => process.send?.(response))
})
