import { FieldError, UsageError } from '../../errors.js'
import type { RelationSchema } from '../../schema/relation.js'
import type { TableSchema } from '../../schema/table.js'
import { refuseUnlessName, tableName } from '../columns.js'
import { refuseOutsideCombination } from '../combine.js'
import { findRelation, firstName, firstStep, type PathStep } from './path.js'
import {
  change,
  initialState,
  isSliced,
  refuseAfterCombining,
  refuseAfterValues,
  type Prefetch,
  type QueryState,
  type RelatedSelection,
} from '../state.js'

/** @throws {@link FieldError} naming the choices when there is none. */
export function relationOf(
  table: TableSchema,
  name: string,
  kinds: readonly RelationSchema['kind'][],
): RelationSchema {
  const relation = findRelation(table, name)
  if (relation !== undefined && kinds.includes(relation.kind)) return relation
  const choices = (table.relations ?? []).filter(({ kind }) => kinds.includes(kind)).map((each) => each.name)
  const toOne = kinds.length === 1 ? ' to one row' : ''
  throw new FieldError(
    `${tableName(table)} has no relation${toOne} "${name}". ` +
      (choices.length === 0 ? 'It has none.' : `Choices: ${choices.join(', ')}.`),
  )
}

function stepOf(table: TableSchema, path: string, kinds: readonly RelationSchema['kind'][]): PathStep {
  refuseUnlessName(table, path)
  const step = firstStep(table, path)
  const relation = relationOf(table, step?.relation.name ?? firstName(path), kinds)
  return { relation, rest: step?.rest }
}

/** Joins the rows of to-one relations into the rows; paths such as `author.company` go on from there. */
export function withRelated(state: QueryState, paths: readonly string[]): QueryState {
  refuseAfterValues(state, 'selectRelated')
  refuseAfterCombining(state, 'selectRelated')
  if (paths.length === 0) {
    throw new UsageError(`selectRelated of ${tableName(state.table)} takes the names of relations.`)
  }
  let { related } = state.selection
  for (const path of paths) related = addPath(state, state.table, related, path)
  return change(state, { selection: { ...state.selection, related } })
}

function addPath(
  state: QueryState,
  table: TableSchema,
  related: readonly RelatedSelection[],
  path: string,
): RelatedSelection[] {
  const { relation, rest } = stepOf(table, path, ['one'])
  const present = related.find((each) => each.relation === relation)
  const target = present ?? { relation, table: state.schemas.table(relation.target), related: [] }
  const deeper =
    rest === undefined ? target : { ...target, related: addPath(state, target.table, target.related, rest) }
  return present === undefined
    ? [...related, deeper]
    : related.map((each) => (each === present ? deeper : each))
}

/**
 * Prefetches relations along paths such as `posts.comments`, whole rows each; a relation that is prefetched already,
 * by a query of its own, keeps that query.
 */
export function withPrefetched(state: QueryState, paths: readonly string[]): QueryState {
  refuseAfterValues(state, 'prefetchRelated')
  return paths.reduce(prefetchPath, state)
}

function prefetchPath(state: QueryState, path: string): QueryState {
  const { relation, rest } = stepOf(state.table, path, ['one', 'many'])
  const present = state.selection.prefetches.find((each) => each.relation === relation)
  const inner = present?.state ?? initialState(state.schemas.table(relation.target), state.schemas)
  return setPrefetch(state, { relation, state: rest === undefined ? inner : prefetchPath(inner, rest) })
}

/**
 * Prefetches a relation by a query of its own.
 *
 * @throws {@link UsageError} for a query on another table, and for rows that are not whole rows.
 */
export function withPrefetch(state: QueryState, name: string, inner: QueryState): QueryState {
  refuseAfterValues(state, 'prefetchRelated')
  const relation = relationOf(state.table, name, ['one', 'many'])
  if (tableName(inner.table) !== relation.target) {
    throw new UsageError(
      `The relation "${name}" of ${tableName(state.table)} leads to ${relation.target}, not to ${tableName(inner.table)}.`,
    )
  }
  refuseAfterValues(inner, 'prefetchRelated')
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
  return setPrefetch(state, { relation, state: inner })
}

function setPrefetch(state: QueryState, prefetch: Prefetch): QueryState {
  const { prefetches } = state.selection
  const others = prefetches.filter((each) => each.relation !== prefetch.relation)
  return change(state, { selection: { ...state.selection, prefetches: [...others, prefetch] } })
}
