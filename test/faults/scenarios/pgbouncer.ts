import type { ScenarioGroup } from '../scenario.js'
import { bouncing } from './bouncing.js'
import { promotion, standby } from './standby.js'

export const pgbouncer: ScenarioGroup = {
  heading: 'PgBouncer and standbys',
  scenarios: [...bouncing, standby, promotion],
}
