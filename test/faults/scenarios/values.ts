import { drifting } from './drifting.js'
import { largeValues } from './large-values.js'
import { shapes } from './shapes.js'
import { unreadable } from './unreadable.js'
import type { ScenarioGroup } from '../scenario.js'

export const values: ScenarioGroup = {
  heading: 'Values and columns',
  scenarios: [...unreadable, ...largeValues, ...shapes, ...drifting],
}
