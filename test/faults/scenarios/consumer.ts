import { aborting } from './aborting.js'
import { dropping } from './dropping.js'
import { leaving } from './leaving.js'
import { stepping } from './stepping.js'
import type { ScenarioGroup } from '../scenario.js'

export const consumer: ScenarioGroup = {
  heading: 'The loop body',
  scenarios: [...leaving, ...stepping, ...dropping, ...aborting],
}
