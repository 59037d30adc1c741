import { FieldError, UsageError } from '../../errors.js'
import { qualifiedName } from '../../schema/qualified-name.js'
import type { ColumnSchema, TableSchema } from '../../schema/table.js'
import { describe } from '../../types/describe.js'
import { isStorable } from '../../types/text/text.js'
import { findColumn } from '../columns.js'
import { isComputed, sameAs, type Computed } from '../expression/computed.js'
import { isExpression, RESOLVE, type ExpressionTarget, type Resolvable } from '../expression/resolve.js'
import { isPlainObject } from '../lookups/operand.js'
import { findRelation } from '../related/path.js'
import { change, refuseAfter, type QueryState } from '../state.js'
import { fieldsOf, groupedByValues } from './grouping.js'

/**
 * Adds computed values to the rows; after `values`, aggregates group by its fields. From then on they are columns of the
 * state's table, so that conditions, orders and selections find them as they find the others.
 */
export function annotate(state: QueryState, expressions: unknown): QueryState {
  refuseAfter(state, 'annotate', 'slice', 'union')
  const { selection } = state
  if (selection.shape === 'tuple' || selection.shape === 'value') {
    throw new UsageError('Cannot call annotate() after valuesList(): group by values() and list fields last.')
  }
  const entries = entriesOf(expressions, 'annotate')
  const groups = selection.shape === 'object' && entries.some(([, each]) => each.aggregates)
  const grouped = groups ? groupedByValues(state) : state
  const annotations = entries.map(([name, expression]) => {
    refuseTakenName(state.table, name)
    refuseNamedRows(state, name)
    const annotation = named(name, expression[RESOLVE](expressionTarget(grouped)))
    // Of groups whatever is made of what they are made by.
    return grouped.groupBy === undefined ? annotation : { ...annotation, over: 'group' as const }
  })
  return withColumns(grouped, annotations)
}

/** A query whose rows have further fields. */
export function withColumns(state: QueryState, added: readonly ColumnSchema[]): QueryState {
  const { table, selection } = state
  return change(state, {
    table: { ...table, columns: [...table.columns, ...added] },
    selection: { ...selection, columns: [...selection.columns, ...added] },
  })
}

/** What the expressions of a query can name, and what its aggregates are over. */
export function expressionTarget(state: QueryState, method = 'annotate'): ExpressionTarget {
  const { table, schemas, groupBy } = state
  const selected = (groupBy ?? state.selection.columns).filter(isComputed)
  return groupBy === undefined
    ? { table, schemas, over: 'row', selected, method }
    : { table, schemas, over: 'group', fields: fieldsOf(state), selected, method }
}

/** What `annotate` and `aggregate` take, as a list. */
export function entriesOf(expressions: unknown, method: string): [string, Resolvable][] {
  if (!isPlainObject(expressions) || Object.keys(expressions).length === 0) {
    throw new FieldError(
      `${method}() takes expressions by name, as in { n: count() }, not ${describe(expressions)}.`,
    )
  }
  return Object.entries(expressions).map(([name, value]) => {
    if (isExpression(value)) return [name, value]
    throw new FieldError(
      `"${name}" must be an expression such as count(), sum('field') or ref('field'), not ${describe(value)}.`,
    )
  })
}

/** A value under a name of its own. */
export function named(name: string, column: ColumnSchema): Computed {
  refuseUnfitName(name)
  return { ...(isComputed(column) ? column : sameAs(column)), property: name, name }
}

/** @throws {@link FieldError} for what the table has already. */
export function refuseTakenName(table: TableSchema, name: string, whose = 'annotation'): void {
  const taken = findColumn(table, name)
  if (taken !== undefined || findRelation(table, name) !== undefined) {
    const what = taken === undefined ? 'relation' : isComputed(taken) ? 'annotation' : 'field'
    throw new FieldError(
      `${qualifiedName(table)} already has the ${what} "${name}": give the ${whose} another name.`,
    )
  }
}

/** @throws {@link FieldError} for what related rows are in. */
function refuseNamedRows({ table, selection }: QueryState, name: string): void {
  if (!selection.prefetches.some(({ relation }) => relation.name === name)) return
  throw new FieldError(
    `Rows of ${qualifiedName(table)} already have prefetched rows named "${name}": give the annotation another name.`,
  )
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
