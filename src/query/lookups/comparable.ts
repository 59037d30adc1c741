import { FieldError } from '../../errors.js'
import { baseType } from '../../schema/type.js'
import { Operand } from '../../shape/operand.js'
import { codecFor } from '../../types/codec-for.js'
import { encodeCopy } from '../encode.js'
import { NOTHING, type Condition } from '../filter/condition.js'
import { SUBQUERY, isSubquery, type SubqueryParts } from '../filter/subquery.js'
import { bindQuery } from '../expression/outer-row.js'
import { isComputed } from '../expression/computed.js'
import { isExpression } from '../expression/resolve.js'
import { qualifiedName } from '../../schema/qualified-name.js'
import { areComparable, baseName } from '../../types/same-type.js'
import { comparing, type Lookup, type Lookups } from './lookup.js'
import { operandOf, refuseUndefined, type LookupField } from './operand.js'
import { describe } from '../../types/describe.js'

/** What every type has. */
export const NULL_LOOKUPS: Lookups = {
  isNull: ({ column, label }, operand) => {
    if (typeof operand !== 'boolean') {
      throw new FieldError(`${label}.isNull is true or false, not ${describe(operand)}.`)
    }
    return { kind: 'isNull', column, isNull: operand }
  },
}

export const EQUALITY_LOOKUPS: Lookups = {
  ...NULL_LOOKUPS,
  exact: orNull(true, comparing('=')),
  ne: orNull(false, comparing('is distinct from')),
  in: among,
  notIn: (field, operand, name) => ({ kind: 'not', condition: among(field, operand, name) }),
}

export const COMPARABLE_LOOKUPS: Lookups = {
  ...EQUALITY_LOOKUPS,
  gt: comparing('>'),
  gte: comparing('>='),
  lt: comparing('<'),
  lte: comparing('<='),
  range: (field, operand, name) => {
    if (!Array.isArray(operand) || operand.length !== 2) {
      throw new FieldError(`${field.label}.range takes [from, to], not ${describe(operand)}.`)
    }
    const [from, to] = [operandOf(field, name, operand[0]), operandOf(field, name, operand[1])]
    return { kind: 'between', column: field.column, from, to }
  },
}

/** A lookup that asks of `null` whether the column is NULL. */
function orNull(isNull: boolean, lookup: Lookup): Lookup {
  return (field, operand, name) =>
    operand === null ? { kind: 'isNull', column: field.column, isNull } : lookup(field, operand, name)
}

/** Whole rows by the field that a foreign key of the column refers to, which need not be their primary key. */
function asReferred({ column, label, target: { table } }: LookupField, query: SubqueryParts): SubqueryParts {
  if (query.rows === undefined || isComputed(column) || !table.columns.includes(column)) return query
  const isOver = ({ columns }: { readonly columns: readonly string[] }) =>
    columns.length === 1 && columns[0] === column.property
  const rowsName = qualifiedName(query.rows.table)
  const relations = (table.relations ?? []).filter((each) => each.kind === 'one' && isOver(each))
  const [field] = relations.find(({ target }) => target === rowsName)?.targetColumns ?? []
  if (field !== undefined) return query.rows.by(field)
  const key = table.foreignKeys.find(isOver)
  if (key === undefined || relations.length === 0) return query
  const { schema, table: name } = key.references
  throw new FieldError(
    `${label} refers to ${qualifiedName({ schema, name })}, and the queryset is of ${rowsName}: name the field that is meant ` +
      'by values().',
  )
}

function among(field: LookupField, operand: unknown, name: string): Condition {
  const { column, label } = field
  if (isSubquery(operand)) {
    const { query, none, type } = asReferred(field, operand[SUBQUERY]())
    if (!areComparable(column.type, type)) {
      throw new FieldError(
        `${label}.${name} takes a queryset of ${baseName(column.type)} values, not of ${baseName(type)}.`,
      )
    }
    return none ? NOTHING : { kind: 'inQuery', column, query: bindQuery(query, field.target), type }
  }
  if (!Array.isArray(operand)) {
    const isIterable = typeof operand === 'object' && operand !== null && Symbol.iterator in operand
    const spread = isIterable ? ' Make an array of it: [...values].' : ''
    throw new FieldError(`${label}.${name} takes an array or a queryset, not ${describe(operand)}.${spread}`)
  }
  // entries() visits the holes of a sparse array, which forEach leaves out.
  for (const [index, value] of operand.entries()) refuseUndefined(value, `${label}.${name}[${index}]`)
  const values: unknown[] = operand.filter((value) => value !== null)
  const orNull = values.length < operand.length
  if (operand.length === 0) return NOTHING
  // ANY over an array of arrays would compare with their elements.
  const base = baseType(column.type)
  const isEach = typeof base !== 'string' && base.kind === 'array'
  if (isEach || values.some(isExpression)) {
    return { kind: 'in', column, values: values.map((value) => operandOf(field, name, value)), orNull }
  }
  // Within an array of values, an array for one of them would pass for several.
  for (const value of values) if (Array.isArray(value)) operandOf(field, name, value)
  const encoded = encodeCopy(
    codecFor({ kind: 'array', element: column.type }),
    values,
    `The condition on ${label}`,
  )
  return { kind: 'in', column, values: new Operand(encoded), orNull }
}
