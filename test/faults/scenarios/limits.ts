import type { ScenarioGroup } from '../scenario.js'

export const limits: ScenarioGroup = {
  heading: 'Time limits',
  scenarios: [],
}
