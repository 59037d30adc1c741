import { headOf } from './tokens.js'

/**
 * Whether a statement means something within a transaction alone, without which the server says nothing, or no more than
 * a warning. Migration tools run a script in one.
 */
export function needsTransaction(text: string): boolean {
  const head = headOf(text, 4)
  if (/^set (?:local|transaction|constraints) /.test(head)) return true
  if (/^create (?:(?:local|global) )?temp(?:orary)? table\b/.test(head)) return /\bon\s+commit\b/i.test(text)
  return head.startsWith('select ') && /\bset_config\s*\([^()]*,\s*true\s*\)/i.test(text)
}

/** Whether a script begins a transaction of its own. */
export function beginsTransaction(text: string): boolean {
  return /^(?:begin|start transaction)\b/.test(headOf(text, 2))
}

/** That there is no transaction, for what needs one: LOCK TABLE, SAVEPOINT, DECLARE CURSOR. */
export const NO_TRANSACTION = '25P01'

/** What there is for a statement that wants none: a new value of an enum is used, or something runs by itself. */
export const WANTS_NO_TRANSACTION: ReadonlySet<string> = new Set(['55P04', '25001'])
