import type { ScenarioGroup } from '../scenario.js'
import { bouncing } from './bouncing.js'

export const pgbouncer: ScenarioGroup = {
  heading: 'PgBouncer and standbys',
  scenarios: [...bouncing],
}
