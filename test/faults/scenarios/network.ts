import type { ScenarioGroup } from '../scenario.js'

export const network: ScenarioGroup = {
  heading: 'The network',
  scenarios: [],
}
