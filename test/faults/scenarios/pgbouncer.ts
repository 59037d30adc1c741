import type { ScenarioGroup } from '../scenario.js'

export const pgbouncer: ScenarioGroup = {
  heading: 'PgBouncer and standbys',
  scenarios: [],
}
