import { isStorable } from '../../types/text/text.js'
import { FieldError, UsageError } from '../../errors.js'
import { isAnnotation, leadsToMany, type Annotation } from './annotation.js'
import { findRelation } from '../related/path.js'
import { groupedByValues } from './grouping.js'
import { isPlainObject } from '../lookups/operand.js'
import { describe } from '../../types/describe.js'
import { resolveAggregate, type AggregateTarget, type ResolvedAggregate } from './resolve-aggregate.js'
import { change, refuseAfterCombining, refuseAfterSlice, type QueryState } from '../state.js'
import { qualifiedName } from '../../schema/qualified-name.js'

/**
 * Adds computed values to the rows; after `values`, groups by its fields. From then on they are columns of the state's
 * table, so that conditions, orders and selections find them as they find the others.
 *
 * @throws {@link FieldError} for a name that is taken and as `resolveAggregate`; {@link UsageError} where a method
 * before it rules it out.
 */
export function annotate(state: QueryState, aggregates: unknown): QueryState {
  refuseAfterSlice(state, 'annotate')
  refuseAfterCombining(state, 'annotate')
  const { selection, table, schemas } = state
  if (selection.shape === 'tuple' || selection.shape === 'value') {
    throw new UsageError('Cannot call annotate() after valuesList(): group by values() and list fields last.')
  }
  const grouped = selection.shape === 'object' ? groupedByValues(state) : state
  const over = grouped.groupBy === undefined ? 'row' : 'group'
  const annotations = entriesOf(aggregates, 'annotate').map(([name, aggregate]) => {
    refuseTakenName(state, name)
    const annotation = annotationOf({ table, schemas }, name, aggregate, over)
    if (over === 'row') refuseOwnColumns(state, annotation)
    return annotation
  })
  return change(grouped, {
    table: { ...table, columns: [...table.columns, ...annotations] },
    selection: { ...selection, columns: [...selection.columns, ...annotations] },
  })
}

/** What `annotate` and `aggregate` take, as a list. */
export function entriesOf(aggregates: unknown, method: string): [string, unknown][] {
  if (!isPlainObject(aggregates) || Object.keys(aggregates).length === 0) {
    throw new FieldError(
      `${method}() takes aggregates by name, as in { n: count() }, not ${describe(aggregates)}.`,
    )
  }
  return Object.entries(aggregates)
}

/** An aggregate under its name. */
export function annotationOf(
  target: AggregateTarget,
  name: string,
  value: unknown,
  over: Annotation['over'],
): Annotation {
  refuseUnfitName(name)
  const { aggregate, result }: ResolvedAggregate = resolveAggregate(target, name, value)
  if (over === 'group') refuseIndivisible(name, aggregate)
  const { type, nullable } = result
  return { property: name, name, type, nullable, optional: true, over, aggregate }
}

function refuseTakenName({ table }: QueryState, name: string): void {
  const taken = table.columns.find((column) => column.property === name)
  if (taken !== undefined || findRelation(table, name) !== undefined) {
    const what = taken === undefined ? 'relation' : isAnnotation(taken) ? 'annotation' : 'field'
    throw new FieldError(
      `${qualifiedName(table)} already has the ${what} "${name}": give the annotation another name.`,
    )
  }
}

/** PostgreSQL cuts names at 63 bytes, and a minus is read as descending. */
function refuseUnfitName(name: string): void {
  const reserved = ['and', 'or', 'not', ''].includes(name)
  if (reserved || name.startsWith('-') || !isStorable(name) || Buffer.byteLength(name) > 63) {
    throw new FieldError(
      `"${name}" cannot name an annotation: not "and", "or" or "not", no minus first, well-formed, at most 63 bytes.`,
    )
  }
}

function refuseOwnColumns({ table }: QueryState, { property, aggregate }: Annotation): void {
  if (aggregate.path.length > 0) return
  throw new UsageError(
    `annotate(): "${property}" aggregates ${qualifiedName(table)} itself, of which each row is but one. Group with values() ` +
      "first, as in values('status').annotate({ n: count() }), name a relation, as in count('posts'), or call aggregate().",
  )
}

/** The values of a group cannot be put together from those of its rows where the aggregate needs all of them at once. */
function refuseIndivisible(name: string, aggregate: Annotation['aggregate']): void {
  const { function: which, distinct } = aggregate
  if (!leadsToMany(aggregate) || (!distinct && which !== 'arrayAgg' && which !== 'stringAgg')) return
  throw new UsageError(
    `"${name}": ${which}${distinct ? ' with distinct' : ''} over a relation to many rows needs a row of its own to be ` +
      'computed for: call annotate() without values(), or start from the related repository.',
  )
}
