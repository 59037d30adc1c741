import { committing } from './committing.js'
import { rollingBack } from './rolling-back.js'
import { interleaving } from './interleaving.js'
import type { ScenarioGroup } from '../scenario.js'

export const transactions: ScenarioGroup = {
  heading: 'Transactions',
  scenarios: [...interleaving, ...rollingBack, ...committing],
}
