import { choicesOf } from '../../choices.js'
import { FieldError } from '../../errors.js'
import type { RelationSchema, TableSchema } from '../../schema/table.js'
import { allOf, type Condition } from './condition.js'
import { findColumn, noField } from '../columns.js'
import { djangoForm } from './django-form.js'
import { isPlainObject, refuseUndefined } from '../lookups/operand.js'
import { describe } from '../../types/describe.js'
import { areLookups, parseLookups } from '../lookups/parse-lookups.js'
import { isCallback, parseExpression } from './parse-expression.js'
import { refuseLookupsOfRelation } from './relation-form.js'
import { conditionOf } from '../expression/condition-of.js'
import { refuseWindows } from '../aggregate/grouping.js'
import { bindOuter } from '../expression/outer-row.js'
import { columnNamed, isExpression, RESOLVE, type ExpressionTarget } from '../expression/resolve.js'
import { fieldsAndRelations, findRelation } from '../related/path.js'
import { qualifiedName } from '../../schema/qualified-name.js'

/** Deeper than anybody writes, and far from where the stack ends, here and on the server. */
const MAX_DEPTH = 500

/** Checks a filter and turns it into conditions. */
export function parseFilter(target: ExpressionTarget, filter: unknown): Condition {
  if ((target.depth ?? 0) > MAX_DEPTH) {
    throw new FieldError(
      `A filter of ${qualifiedName(target.table)} is nested more than ${MAX_DEPTH} conditions deep. Write lists side by side in "and" or "or", or use "in".`,
    )
  }
  if (isCallback(filter)) return parseExpression(target.table, filter)
  if (isExpression(filter)) return conditionOf(filter[RESOLVE](target))
  if (!isPlainObject(filter)) {
    throw new FieldError(
      `A filter of ${qualifiedName(target.table)} must be an object such as { column: value }, not ${describe(filter)}.`,
    )
  }
  return allOf(Object.entries(filter).map(([key, value]) => parseEntry(target, key, value)))
}

function parseEntry(target: ExpressionTarget, key: string, value: unknown): Condition {
  const label = `${qualifiedName(target.table)}.${key}`
  refuseUndefined(value, label)
  switch (key) {
    case 'and':
    case 'or':
      if (!Array.isArray(value))
        throw new FieldError(`"${key}" takes a list of filters, not ${describe(value)}.`)
      return { kind: key, conditions: value.map((each) => parseFilter(within(target), each)) }
    case 'not':
      return { kind: 'not', condition: parseFilter(within(target), value) }
  }
  const { table } = target
  const relation = findRelation(table, key)
  if (relation !== undefined) return parseRelation(target, relation, label, value)
  const column = findColumn(table, key)
  if (column !== undefined) {
    if (target.fields !== undefined) columnNamed(target, key)
    return parseLookups({ column, label, target }, value)
  }
  const note = key.includes('__') ? djangoForm(table, target.schemas, key) : undefined
  throw noField(table, key, fieldsAndRelations(table), note)
}

/** Across a relation to one row by a filter of its table; across one to many by `some`, `every` and `none`. */
function parseRelation(
  outer: ExpressionTarget,
  relation: RelationSchema,
  label: string,
  value: unknown,
): Condition {
  const { schemas, depth = 0 } = outer
  const target = within({ table: schemas.table(relation.target), schemas, depth })
  const related = (condition: Condition): Condition => ({
    kind: 'related',
    relation,
    condition: bindOuter(refuseWindows(condition, `${label} cannot be filtered`), outer),
  })
  const no = (condition: Condition): Condition => ({ kind: 'not', condition })
  if (relation.kind === 'one') {
    if (value === null) return no(related({ kind: 'and', conditions: [] }))
    refuseLookupsOfRelation(relation, target.table, label, value)
    return related(parseRelated(target, label, value))
  }
  const entries = isPlainObject(value) ? Object.entries(value) : []
  if (entries.length === 0) {
    throw new FieldError(
      `${label} leads to many rows: it takes { some: …, every: …, none: … }, not ${describe(value)}.`,
    )
  }
  const conditions = entries.map(([quantifier, filter]) => {
    refuseUndefined(filter, `${label}.${quantifier}`)
    switch (quantifier) {
      case 'some':
        return related(parseRelated(target, label, filter))
      case 'every':
        return no(related(no(parseRelated(target, label, filter))))
      case 'none':
        return no(related(parseRelated(target, label, filter)))
      default:
        throw new FieldError(
          `${label} has no "${quantifier}". ${choicesOf(quantifier, ['some', 'every', 'none'])}.`,
        )
    }
  })
  return allOf(conditions)
}

/**
 * A filter of the related table, or a row of it, which stands for its key: its other values may be older than those in the
 * table.
 */
function parseRelated(target: ExpressionTarget, label: string, value: unknown): Condition {
  if (!isRowOf(target.table, value)) return parseFilter(target, value)
  const { primaryKey } = target.table
  const missing = primaryKey.find((property) => value[property] === null)
  if (missing !== undefined) {
    throw new FieldError(
      `${label} is given a row of ${qualifiedName(target.table)} whose "${missing}" is null, which no row has: null alone ` +
        'asks for no row.',
    )
  }
  if (primaryKey.length > 0)
    return allOf(primaryKey.map((property) => parseEntry(target, property, value[property])))
  throw new FieldError(
    `${label} is given a row of ${qualifiedName(target.table)}, which has no primary key to find it by: name the fields that are to be equal.`,
  )
}

/** Whether it has a value of every column, as rows do, and lookups of none, as filters may. */
function isRowOf({ columns }: TableSchema, value: unknown): value is Record<string, unknown> {
  if (!isPlainObject(value) || columns.length === 0) return false
  return columns.every(
    (column) => Object.hasOwn(value, column.property) && !areLookups(column, value[column.property]),
  )
}

function within(target: ExpressionTarget): ExpressionTarget {
  return { ...target, depth: (target.depth ?? 0) + 1 }
}
