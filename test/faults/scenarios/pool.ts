import type { ScenarioGroup } from '../scenario.js'

export const pool: ScenarioGroup = {
  heading: 'The pool',
  scenarios: [],
}
