import type { ScenarioGroup } from '../scenario.js'
import { workerEnd } from './worker-end.js'
import { workerProcess } from './worker-process.js'
import { workerSharing } from './worker-sharing.js'
import { workerStart } from './worker-start.js'
import { workerWaiting } from './worker-waiting.js'

export const worker: ScenarioGroup = {
  heading: 'iterator() and its worker',
  scenarios: [...workerStart, ...workerEnd, ...workerSharing, ...workerWaiting, ...workerProcess],
}
