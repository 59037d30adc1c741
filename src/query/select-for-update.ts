import { choicesOf } from '../choices.js'
import { UsageError } from '../errors.js'
import { checkOptions, flag, type OptionCheck, type OptionChecks } from '../options.js'
import { isWindow } from './expression/computed.js'
import { sortedBy } from './order/ordering.js'
import { change, refuseAfter, type QueryState, type RelatedSelection, type RowLock } from './state.js'
import { qualifiedName } from '../schema/qualified-name.js'

/** Options of `selectForUpdate`. */
export interface LockOptions {
  /** Leave out the rows that others have locked: `SKIP LOCKED`. */
  readonly skipLocked?: boolean
  /** Fail at once, with SQLSTATE 55P03, when others have locked a row: `NOWAIT`. */
  readonly noWait?: boolean
  /** `FOR NO KEY UPDATE`: rows that refer to the locked ones can still be inserted. */
  readonly noKey?: boolean
}

type Options = LockOptions & { readonly of?: readonly string[] }

const paths: OptionCheck = (value) =>
  Array.isArray(value) && value.every((path) => typeof path === 'string')
    ? undefined
    : "is a list such as ['self', 'author']"

const CHECKS: OptionChecks<Options> = { skipLocked: flag, noWait: flag, noKey: flag, of: paths }

/** Locks the rows that are read, where PostgreSQL can tell which those are. */
export function selectForUpdate(state: QueryState, options: Options): QueryState {
  refuseAfter(state, 'selectForUpdate', 'union')
  if (state.call !== undefined) {
    throw new UsageError(
      `selectForUpdate() cannot lock what the function ${qualifiedName(state.call.function)} gives: ` +
        'PostgreSQL cannot tell of which rows it is. Lock those of the table by their key.',
    )
  }
  if (state.table.kind === 'materialized view') {
    throw new UsageError(
      `selectForUpdate() cannot lock rows of the materialized view ${qualifiedName(state.table)}.`,
    )
  }
  const { skipLocked, noWait, noKey, of = [] } = checkOptions(options, CHECKS, 'selectForUpdate')
  if (skipLocked && noWait) {
    throw new UsageError('selectForUpdate() takes either skipLocked or noWait, not both.')
  }
  const lock: RowLock = {
    strength: noKey ? 'no key update' : 'update',
    of: [...new Set(of)],
    waiting: skipLocked ? 'skipLocked' : noWait ? 'noWait' : 'wait',
  }
  refuseLockOfWindows(state)
  return refuseLockOfDistinct(change(state, { lock }))
}

/** @throws {@link UsageError} since PostgreSQL locks no rows that window functions were computed of. */
function refuseLockOfWindows({ selection, order }: QueryState): void {
  const window = [...selection.columns, ...sortedBy(order)].find(isWindow)
  if (window === undefined) return
  throw new UsageError(
    `selectForUpdate() cannot lock rows with the window function "${window.property}": PostgreSQL does not say which these ` +
      'are. Lock a queryset of its own: filter({ id: { in: ids } }).selectForUpdate().',
  )
}

/** Whether a query locks rows, or what is prefetched for it does. */
export function locksRows({ lock, selection }: QueryState): boolean {
  return lock !== undefined || selection.prefetches.some(({ state }) => locksRows(state))
}

/** @throws {@link UsageError} since a row of a DISTINCT result may stand for several of the table. */
export function refuseLockOfDistinct(state: QueryState): QueryState {
  if (state.lock === undefined || !state.distinct) return state
  throw new UsageError(
    'distinct() and selectForUpdate() do not go together: PostgreSQL cannot tell which rows to lock. ' +
      'Lock a queryset of its own: filter({ id: { in: ids } }).selectForUpdate().',
  )
}

/**
 * The joined relations whose rows a lock is to hold, `self` being the table itself; undefined for all there are.
 * PostgreSQL refuses relations that may lead to no row.
 */
export function lockTargets(
  state: QueryState,
  { of }: RowLock,
): readonly ('self' | RelatedSelection)[] | undefined {
  if (state.groupBy !== undefined) {
    throw new UsageError(
      'selectForUpdate() cannot lock groups: a row of values() with annotate() stands for several.',
    )
  }
  refuseLockOfWindows(state)
  const joined = joinedPaths(state.selection.related)
  if (of.length === 0) {
    const first = joined.find((each) => each.nullable)
    if (first === undefined) return undefined
    throw new UsageError(
      `selectForUpdate() cannot lock the rows of "${first.path}", which may lead to no row: ` +
        `name whose rows to lock with { of: ['self'] }.`,
    )
  }
  return of.map((path) => {
    if (path === 'self') return path
    const target = joined.find((each) => each.path === path)
    if (target === undefined) {
      const choices = ['self', ...joined.filter((each) => !each.nullable).map((each) => each.path)]
      throw new UsageError(
        `selectForUpdate({ of }) of ${qualifiedName(state.table)} has no "${path}". ${choicesOf(path, choices)}. ` +
          'Other relations have to be joined by selectRelated().',
      )
    }
    if (target.nullable) {
      throw new UsageError(`selectForUpdate() cannot lock the rows of "${path}", which may lead to no row.`)
    }
    return target.selected
  })
}

interface JoinedPath {
  readonly path: string
  readonly selected: RelatedSelection
  /** Joined by LEFT JOIN. */
  readonly nullable: boolean
}

function joinedPaths(related: readonly RelatedSelection[], prefix = '', outer = false): JoinedPath[] {
  return related.flatMap((selected) => {
    const path = `${prefix}${selected.relation.name}`
    const nullable = outer || selected.relation.nullable
    return [{ path, selected, nullable }, ...joinedPaths(selected.related, `${path}.`, nullable)]
  })
}
