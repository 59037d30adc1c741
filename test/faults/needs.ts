import { spawnSync } from 'node:child_process'
import type { Need } from './scenario.js'

/** Whether a program is not installed. */
export function isMissing(need: Need): boolean {
  return spawnSync(need, ['--version']).error !== undefined
}
