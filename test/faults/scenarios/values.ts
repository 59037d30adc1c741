import type { ScenarioGroup } from '../scenario.js'

export const values: ScenarioGroup = {
  heading: 'Values and columns',
  scenarios: [],
}
