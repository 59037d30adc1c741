import type { ScenarioGroup } from '../scenario.js'
import { blackHoles } from './black-holes.js'
import { cancelRequests } from './cancel-requests.js'
import { cutting } from './cutting.js'
import { packets } from './packets.js'
import { vanishing } from './vanishing.js'

export const network: ScenarioGroup = {
  heading: 'The network',
  scenarios: [...cutting, ...blackHoles, ...vanishing, ...packets, ...cancelRequests],
}
