import { choicesOf } from '../../choices.js'
import { OptionError } from '../../errors.js'
import { isRecord } from '../../query/assignment.js'
import { allOf, type Condition } from '../../query/filter/condition.js'
import type { ExpressionTarget } from '../../query/expression/resolve.js'
import { describe } from '../../types/describe.js'
import type { MergeClause } from '../../sql/write/merge.js'
import { changesOfBoth, conditionOf } from '../upsert/changes-of-both.js'
import type { GivenMergeOptions } from './options.js'

const CLAUSES = {
  whenMatched: { when: 'matched', actions: ['update', 'delete', 'nothing'] },
  whenNotMatched: { when: 'not matched', actions: ['insert', 'nothing'] },
  whenNotMatchedBySource: { when: 'not matched by source', actions: ['update', 'delete', 'nothing'] },
} as const

type Option = keyof typeof CLAUSES
type Word = 'update' | 'insert' | 'delete' | 'nothing'

/** What is done about which rows; at least something. */
export function mergeClauses(target: ExpressionTarget, options: GivenMergeOptions): MergeClause[] {
  const names = Object.keys(CLAUSES) as Option[]
  const clauses = names.flatMap((option) => {
    const given = options[option]
    if (given === undefined) return []
    const list: readonly unknown[] = Array.isArray(given) ? given : [given]
    return list.map((each) => clauseOf(target, option, each))
  })
  if (clauses.some(({ action }) => action.kind !== 'nothing')) return clauses
  throw new OptionError(`merge() does nothing without ${names.join(', ')}.`)
}

/** The same of the table's rows that are in scope; nothing is done about others. */
export function withinScope(
  clauses: readonly MergeClause[],
  scope: Condition | undefined,
): readonly MergeClause[] {
  if (scope === undefined) return clauses
  return clauses.map((clause) => {
    const { when, where } = clause
    if (when === 'not matched') return clause
    return { ...clause, where: where === undefined ? scope : allOf([scope, where]) }
  })
}

function clauseOf(target: ExpressionTarget, option: Option, given: unknown): MergeClause {
  const { when } = CLAUSES[option]
  const clause = partsOf(option, given)
  const { where } = clause
  const place = option === 'whenNotMatchedBySource' ? target : { ...target, excluded: true }
  return {
    when,
    action: actionOf(target, option, clause),
    ...(where !== undefined && { where: conditionOf(place, where, `where of ${option}`) }),
  }
}

interface Parts {
  readonly then: Word
  readonly where?: unknown
  readonly updateFields?: unknown
  readonly updateValues?: unknown
}

const KEYS = ['where', 'then', 'updateFields', 'updateValues']

function partsOf(option: Option, given: unknown): Parts {
  const actions: readonly string[] = CLAUSES[option].actions
  const parts = typeof given === 'string' ? { then: given } : given
  if (!isRecord(parts)) {
    throw new OptionError(
      `${option} of merge() takes ${actions.join(', ')} or an object, not ${describe(given)}.`,
    )
  }
  const unknown = Object.keys(parts).find((key) => !KEYS.includes(key))
  if (unknown !== undefined)
    throw new OptionError(`${option} of merge() has no "${unknown}". ${choicesOf(unknown, KEYS)}.`)
  const isUpdate = parts['updateFields'] !== undefined || parts['updateValues'] !== undefined
  const then = parts['then'] ?? (isUpdate ? 'update' : undefined)
  if (typeof then !== 'string' || !actions.includes(then) || (isUpdate && then !== 'update')) {
    const said =
      then === undefined
        ? 'does not say what to do'
        : `cannot ${isUpdate ? 'update and ' : ''}${typeof then === 'string' ? then : describe(then)}`
    throw new OptionError(`${option} of merge() ${said}. ${choicesOf(then, actions)}.`)
  }
  return { ...parts, then: then as Word }
}

function actionOf(target: ExpressionTarget, option: Option, clause: Parts): MergeClause['action'] {
  if (clause.then !== 'update') return { kind: clause.then }
  const bySource = option === 'whenNotMatchedBySource'
  if (bySource && clause.updateFields !== undefined) {
    throw new OptionError(
      'whenNotMatchedBySource of merge() has no row to take updateFields from: give updateValues.',
    )
  }
  const changes = changesOfBoth({ ...target, excluded: !bySource }, clause, `merge()`)
  if (changes.length > 0) return { kind: 'update', changes }
  throw new OptionError(`${option} of merge() needs updateFields or updateValues to update.`)
}
