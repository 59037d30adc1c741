import type { ScenarioGroup } from '../scenario.js'

export const scriptedServer: ScenarioGroup = {
  heading: 'A server that breaks the protocol',
  scenarios: [],
}
