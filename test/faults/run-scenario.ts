/**
 * A process of one scenario. It prints the outcome as a line of JSON and then has to end by itself: what is left open
 * would keep it.
 */
import { inspect } from 'node:util'
import { scenarioGroups } from './scenarios/index.js'
import { World } from './world.js'

const [, , url = '', name = '', group = '', index = ''] = process.argv
const scenario = scenarioGroups[Number(group)]?.scenarios[Number(index)]
if (scenario === undefined) throw new Error(`There is no scenario ${group}.${index}.`)

try {
  const world = await World.create(url, name)
  const outcome = await scenario.run(world)
  await world.check()
  const left = process.getActiveResourcesInfo().filter((resource) => !resource.startsWith('Pipe'))
  if (
    left.some(
      (resource) => resource !== 'Immediate' && resource !== 'CloseReq' && resource !== 'TCPSocketWrap',
    )
  )
    throw new Error(`Left behind: ${left.join(', ')}.`)
  process.stdout.write(`${JSON.stringify({ outcome })}\n`)
} catch (error) {
  process.stderr.write(`${inspect(error, { depth: 6 })}\n`)
  process.exit(1)
}
