import type { ScenarioGroup } from '../scenario.js'

export const consumer: ScenarioGroup = {
  heading: 'The loop body',
  scenarios: [],
}
