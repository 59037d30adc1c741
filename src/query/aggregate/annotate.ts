import { isStorable } from '../../types/text/text.js'
import { FieldError, UsageError } from '../../errors.js'
import { isAnnotation, leadsToMany, type Annotation } from './annotation.js'
import { findColumn } from '../columns.js'
import { findRelation } from '../related/path.js'
import { groupedByValues } from './grouping.js'
import { isPlainObject } from '../lookups/operand.js'
import { describe } from '../../types/describe.js'
import { resolveAggregate, type AggregateTarget } from './resolve-aggregate.js'
import { change, refuseAfter, type QueryState } from '../state.js'
import { qualifiedName } from '../../schema/qualified-name.js'
import type { TableSchema } from '../../schema/table.js'

/**
 * Adds computed values to the rows; after `values`, groups by its fields. From then on they are columns of the state's
 * table, so that conditions, orders and selections find them as they find the others.
 */
export function annotate(state: QueryState, aggregates: unknown): QueryState {
  refuseAfter(state, 'annotate', 'slice', 'union')
  const { selection, table, schemas } = state
  if (selection.shape === 'tuple' || selection.shape === 'value') {
    throw new UsageError('Cannot call annotate() after valuesList(): group by values() and list fields last.')
  }
  const grouped = selection.shape === 'object' ? groupedByValues(state) : state
  const over = grouped.groupBy === undefined ? 'row' : 'group'
  const annotations = entriesOf(aggregates, 'annotate').map(([name, aggregate]) => {
    refuseTakenName(table, name)
    const annotation = annotationOf({ table, schemas }, name, aggregate, over)
    if (over === 'group' || annotation.aggregate.path.length > 0) return annotation
    throw new UsageError(
      `annotate(): "${name}" aggregates ${qualifiedName(table)} itself, of which each row is but one. Group with values() ` +
        "first, as in values('status').annotate({ n: count() }), name a relation, as in count('posts'), or call aggregate().",
    )
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
  const { aggregate, type, nullable } = resolveAggregate(target, name, value)
  if (over === 'group') refuseIndivisible(name, aggregate)
  return { property: name, name, type, nullable, optional: true, over, aggregate }
}

function refuseTakenName(table: TableSchema, name: string): void {
  const taken = findColumn(table, name)
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

/** The values of a group cannot be put together from those of its rows where the aggregate needs all of them at once. */
function refuseIndivisible(name: string, aggregate: Annotation['aggregate']): void {
  const { function: which, distinct } = aggregate
  if (!leadsToMany(aggregate) || (!distinct && which !== 'arrayAgg' && which !== 'stringAgg')) return
  throw new UsageError(
    `"${name}": ${which}${distinct ? ' with distinct' : ''} over a relation to many rows needs a row of its own to be ` +
      'computed for: call annotate() without values(), or start from the related repository.',
  )
}
