import type { ScenarioGroup } from '../scenario.js'
import { backend } from './backend.js'

/** In the order of the page. */
export const scenarioGroups: readonly ScenarioGroup[] = [backend]
