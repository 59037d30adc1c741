import { FieldError, UsageError } from '../../errors.js'
import { refuseTakenName } from '../aggregate/annotate.js'
import { refuseOutsideCombination } from '../combine.js'
import { isPlainObject } from '../lookups/operand.js'
import { change, initialState, isSliced, refuseAfter, type Prefetch, type QueryState } from '../state.js'
import { refuseTooDeep } from '../too-deep.js'
import { relationOf, stepOf } from './path.js'
import { refuseSharedWindows } from './windows.js'
import { qualifiedName } from '../../schema/qualified-name.js'

/**
 * Prefetches paths of relations, and relations by querysets of their own: `{ posts: posts.filter(…) }`; under another name
 * `{ published: { posts: posts.filter(…) } }`.
 *
 * @param stateOf what a queryset asks; undefined for what is none.
 */
export function prefetchRelated(
  state: QueryState,
  args: readonly unknown[],
  stateOf: (queryset: unknown) => QueryState | undefined,
): QueryState {
  return args.reduce<QueryState>((before, arg) => {
    if (!isPlainObject(arg)) return prefetchPaths(before, [arg as string])
    return Object.entries(arg).reduce((at, [name, wanted]) => {
      const queryset = stateOf(wanted)
      if (queryset !== undefined) return prefetchBy(at, name, queryset)
      const [[relation, named] = [name, wanted], ...more] = isPlainObject(wanted)
        ? Object.entries(wanted)
        : []
      const inner = more.length === 0 ? stateOf(named) : undefined
      if (inner !== undefined) return prefetchBy(at, relation, inner, name)
      throw new UsageError(
        `prefetchRelated takes a queryset for "${name}", or a name with one relation and its queryset, as in ` +
          `{ ${name}: { relation: queryset } }.`,
      )
    }, before)
  }, state)
}

/**
 * Prefetches relations along paths such as `posts.comments`, whole rows each; a relation that is prefetched already,
 * by a query of its own, keeps that query, and what is prefetched within it already stays.
 */
export function prefetchPaths(state: QueryState, paths: readonly string[]): QueryState {
  refuseAfter(state, 'prefetchRelated', 'values')
  return refuseTooDeep('The path', () => paths.reduce(prefetchPath, state))
}

function prefetchPath(state: QueryState, path: string): QueryState {
  const { prefetches } = state.selection
  const named = prefetches.find(
    ({ relation, isNamed }) => isNamed && `${path}.`.startsWith(`${relation.name}.`),
  )
  if (named !== undefined) {
    const within = path.slice(named.relation.name.length + 1)
    return within === '' ? state : setPrefetch(state, { ...named, state: prefetchPath(named.state, within) })
  }
  const { relation, rest } = stepOf(state.table, path)
  const present = prefetches.find((each) => each.relation === relation)
  const inner = present?.state ?? initialState(state.schemas.table(relation.target), state.schemas)
  const isPlain = present?.isPlain ?? true
  return setPrefetch(state, {
    relation,
    state: rest === undefined ? inner : prefetchPath(inner, rest),
    isPlain,
  })
}

/** Prefetches a relation by a query of its own, under its name or another. */
export function prefetchBy(state: QueryState, name: string, inner: QueryState, as?: string): QueryState {
  refuseAfter(state, 'prefetchRelated', 'values')
  const found = relationOf(state.table, name)
  const relation = as === undefined ? found : { ...found, name: nameFor(state, as) }
  if (qualifiedName(inner.table) !== relation.target) {
    throw new UsageError(
      `The relation "${name}" of ${qualifiedName(state.table)} leads to ${relation.target}, not to ${qualifiedName(inner.table)}.`,
    )
  }
  if (inner.selection.shape !== 'model') {
    throw new UsageError(
      `prefetchRelated of "${name}" takes whole rows, which values() and valuesList() make others of: only() narrows them.`,
    )
  }
  if (inner.distinctOn.length > 0) {
    throw new UsageError(
      `prefetchRelated of "${name}" cannot take a queryset with distinct(fields): it would leave one row for all rows ` +
        'that it is prefetched for together, not for each.',
    )
  }
  if (inner.lock !== undefined && isSliced(inner)) {
    throw new UsageError(
      `prefetchRelated of "${name}" cannot take a slice with selectForUpdate(): its rows are numbered for each row that ` +
        'they are prefetched for, and PostgreSQL does not lock numbered rows.',
    )
  }
  refuseOutsideCombination(inner, relation.targetColumns, 'prefetchRelated')
  const wanted: Prefetch = {
    relation,
    state: inner,
    isPlain: false,
    ...(as !== undefined && { isNamed: true }),
  }
  refuseSharedWindows(wanted)
  const present = state.selection.prefetches.find((each) => each.relation === relation)
  return setPrefetch(state, present === undefined ? wanted : merged(state, present, wanted))
}

/** @throws {@link FieldError} for a name that rows have already, and for what can be none. */
function nameFor({ table, selection }: QueryState, name: string): string {
  refuseTakenName(table, name, 'rows')
  if (selection.prefetches.some(({ relation }) => relation.name === name))
    throw new FieldError(`prefetchRelated has rows under the name "${name}" already: give these another one.`)
  if (name !== '' && name !== '__proto__' && !name.includes('.')) return name
  throw new FieldError(
    `"${name}" cannot name rows of prefetchRelated: names are not empty, nor "__proto__", and have no dot.`,
  )
}

/**
 * One relation, prefetched twice: by the query of whichever has one, with all that either prefetches within it.
 *
 * @throws {@link UsageError} where both have one.
 */
function merged({ table }: QueryState, present: Prefetch, wanted: Prefetch): Prefetch {
  const [whose, other] = wanted.isPlain ? [present, wanted] : [wanted, present]
  if (!other.isPlain) {
    throw new UsageError(
      `prefetchRelated has two querysets for "${wanted.relation.name}" of ${qualifiedName(table)}: its rows can be those of one.`,
    )
  }
  const state = other.state.selection.prefetches.reduce((inner, each) => {
    const own = inner.selection.prefetches.find(({ relation }) => relation === each.relation)
    return setPrefetch(inner, own === undefined ? each : merged(inner, own, each))
  }, whose.state)
  return { ...whose, state }
}

function setPrefetch(state: QueryState, prefetch: Prefetch): QueryState {
  const { prefetches } = state.selection
  const others = prefetches.filter((each) => each.relation !== prefetch.relation)
  return change(state, { selection: { ...state.selection, prefetches: [...others, prefetch] } })
}
