import type { World } from './world.js'

/** One thing that goes wrong, and what becomes of it: a row of the page about promises. */
export interface Scenario {
  /** What goes wrong, as the page says it. */
  readonly fault: string
  /** Without which it cannot be tried. */
  readonly needs?: Need
  /** It takes many seconds of processor time, and is tried by `npm run test:long` alone. */
  readonly isLong?: boolean
  /** How long the process may take from its start to its end; default 30,000. */
  readonly deadlineMs?: number
  /** @returns what was seen to happen, as the page says it: from the errors that were met, not from hope. */
  run(world: World): Promise<string>
}

export type Need = 'pgbouncer' | 'PostgreSQL 17'

/** The scenarios of a file, and their heading. */
export interface ScenarioGroup {
  readonly heading: string
  readonly scenarios: readonly Scenario[]
}
