import type { ScenarioGroup } from '../scenario.js'

export const worker: ScenarioGroup = {
  heading: 'iterator() and its worker',
  scenarios: [],
}
