import type { ScenarioGroup } from '../scenario.js'

export const transactions: ScenarioGroup = {
  heading: 'Transactions',
  scenarios: [],
}
