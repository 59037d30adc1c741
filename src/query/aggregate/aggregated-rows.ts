import { choicesOf } from '../../choices.js'
import { FieldError, UsageError } from '../../errors.js'
import { qualifiedName } from '../../schema/qualified-name.js'
import type { ColumnSchema, RelationSchema, TableSchema } from '../../schema/table.js'
import { columnsOf, findColumn, refuseUnlessName } from '../columns.js'
import { computed, isOverGroup, isWindow } from '../expression/computed.js'
import { columnAt, isExpression, resolveArgument, type ExpressionTarget } from '../expression/resolve.js'
import { fieldsAndRelations, firstName, firstStep } from '../related/path.js'

/** What is aggregated: rows, or a value of each. */
export interface AggregatedRows {
  /** The relations that lead to them; empty for the query's own. */
  readonly path: readonly RelationSchema[]
  /** The table that they are of. */
  readonly table: TableSchema
  /** Whole rows without. */
  readonly column: ColumnSchema | undefined
}

/** What an aggregate is over: rows by `*` or a path of relations, a field by a path, or an expression. */
export function aggregatedRows(target: ExpressionTarget, over: unknown, counts: boolean): AggregatedRows {
  const rows = isExpression(over)
    ? ofExpression(target, over)
    : // What is neither a path nor an expression is refused there.
      followPath(target, over as string, counts)
  const { column } = rows
  if (column !== undefined && !target.derived && isOverGroup(column)) {
    throw new UsageError(
      `"${column.property}" is computed from whole groups, which cannot be aggregated again.`,
    )
  }
  if (column !== undefined && !target.derived && isWindow(column)) throw nestedWindow(column)
  return rows
}

/** What a window is over are the rows or groups themselves: no others are led to, and what groups have counts. */
export function windowedRows(target: ExpressionTarget, over: unknown): AggregatedRows {
  const column = over === '*' ? undefined : resolveArgument(target, over)
  if (column !== undefined && isWindow(column)) throw nestedWindow(column)
  return { path: [], table: target.table, column }
}

/** What is thrown for a window function within an aggregate. */
export function nestedWindow({ property }: ColumnSchema): UsageError {
  return new UsageError(`"${property}" has a window function, which PostgreSQL computes after aggregates.`)
}

/** Follows relations to a field, as in `orders.items.total`, or to rows; `table` is the one that the path ends in. */
function followPath({ table, schemas }: ExpressionTarget, path: string, counts: boolean): AggregatedRows {
  refuseUnlessName(table, path)
  // A column of that name is there for what rows cannot be given to.
  if (path === '*' && (counts || findColumn(table, '*') === undefined)) {
    return { path: [], table, column: undefined }
  }
  const relations: RelationSchema[] = []
  let at = table
  for (let rest: string | undefined = path; rest !== undefined;) {
    const step = firstStep(at, rest)
    const isRelation = step !== undefined && step.rest === undefined
    const column = isRelation ? undefined : findColumn(at, rest)
    if (column !== undefined) return { path: relations, table: at, column }
    if (step === undefined) throw unknownStep(at, firstName(rest), path, !rest.includes('.'))
    // The rows of another query need not have the relation's columns.
    columnsOf(at, step.relation.columns)
    relations.push(step.relation)
    at = schemas.table(step.relation.target)
    rest = step.rest
  }
  return { path: relations, table: at, column: undefined }
}

function unknownStep(table: TableSchema, name: string, path: string, last: boolean): FieldError {
  const choices = last ? fieldsAndRelations(table) : (table.relations ?? []).map((each) => each.name)
  const within = name === path ? '' : ` (in "${path}")`
  return new FieldError(
    `${qualifiedName(table)} has no ${last ? 'field or relation' : 'relation'} "${name}"${within}. ` +
      `${choicesOf(name, choices)}.`,
  )
}

/** A path as far as its last relation to many rows. */
interface ToMany {
  readonly text: string
  readonly path: readonly RelationSchema[]
  readonly table: TableSchema
}

/**
 * An expression over the rows that its paths lead to: relations to many rows that one of them goes along, all must, or
 * stop before, and are then values of the row further up.
 */
function ofExpression(target: ExpressionTarget, expression: Parameters<typeof pathsOf>[0]): AggregatedRows {
  const ends = pathsOf(expression).map((path) => toMany(target, path))
  const deepest = ends.reduce<ToMany>(
    (longest, each) => (each.path.length > longest.path.length ? each : longest),
    {
      text: '',
      path: [],
      table: target.table,
    },
  )
  const apart = ends.find(({ path }) => path.some((relation, index) => relation !== deepest.path[index]))
  if (apart !== undefined) {
    throw new UsageError(
      `An aggregate cannot be over "${apart.text}" and "${deepest.text}" at once: these are rows of their own. Aggregate ` +
        'each by itself, and put the results together.',
    )
  }
  if (deepest.path.length === 0) {
    const { table, schemas, derived = false } = target
    return { path: [], table, column: resolveArgument({ table, schemas, derived }, expression) }
  }
  const { schemas } = target
  const lookUp = (path: string): ColumnSchema => {
    const { path: own, table, text } = toMany(target, path)
    const column = columnAt({ table, schemas }, text === '' ? path : path.slice(text.length + 1))
    const levels = deepest.path.length - own.length
    if (levels === 0) return column
    return computed(
      { label: path, type: column.type, nullable: column.nullable },
      { kind: 'outer', queries: 0, levels, column },
    )
  }
  const { path, table } = deepest
  return { path, table, column: resolveArgument({ table, schemas, lookUp }, expression) }
}

/** The paths that an expression is made of, aggregates and subqueries within it apart. */
function pathsOf(expression: { readonly args: readonly unknown[] }): string[] {
  return expression.args.flatMap((each) =>
    typeof each === 'string' ? [each] : isExpression(each) && !each.aggregates ? pathsOf(each) : [],
  )
}

function toMany({ table, schemas }: ExpressionTarget, path: string): ToMany {
  let end: ToMany = { text: '', path: [], table }
  const relations: RelationSchema[] = []
  let at = table
  let rest: string | undefined = path
  while (rest !== undefined && findColumn(at, rest) === undefined) {
    const step = firstStep(at, rest)
    if (step === undefined) break
    relations.push(step.relation)
    at = schemas.table(step.relation.target)
    rest = step.rest
    const text = rest === undefined ? path : path.slice(0, path.length - rest.length - 1)
    if (step.relation.kind === 'many') end = { text, path: [...relations], table: at }
  }
  return end
}
