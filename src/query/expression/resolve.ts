import { types } from 'node:util'
import { FieldError, UsageError } from '../../errors.js'
import { qualifiedName } from '../../schema/qualified-name.js'
import type { SchemaRegistry } from '../../schema/registry.js'
import type { ColumnSchema, RelationSchema, TableSchema } from '../../schema/table.js'
import type { TypeSchema } from '../../schema/type.js'
import { Operand } from '../../shape/operand.js'
import { version } from '../../copies.js'
import { codecFor } from '../../types/codec-for.js'
import { describe } from '../../types/describe.js'
import { choicesOf } from '../../choices.js'
import { columnsOf, findColumn, noField, propertiesOf, refuseUnlessName } from '../columns.js'
import { encodeCopy } from '../encode.js'
import { fieldsAndRelations, firstName, firstStep, relationOf } from '../related/path.js'
import { computed, isOverGroup } from './computed.js'
import { isOuterReference, takenAs } from './outer-reference.js'

/** Under this key an expression looks up what it is made of. */
export const RESOLVE: unique symbol = Symbol.for(`sluice.resolve@${version}`)

/** What stands for a value in a query: `lower('name')`, not yet bound to a table. */
export interface Resolvable {
  /** Whether there is an aggregate in it that is not within a subquery or a window. */
  readonly aggregates: boolean
  /** What it is made of: paths, expressions and values. */
  readonly args: readonly unknown[]
  /** The value on a table; `wanted` is the type that suits what stands beside it. */
  [RESOLVE](target: ExpressionTarget, wanted?: TypeSchema): ColumnSchema
}

/** Where an expression stands. */
export interface ExpressionTarget {
  readonly table: TableSchema
  /** Where relations find their tables. */
  readonly schemas: SchemaRegistry
  /** How many conditions it stands in. Default 0. */
  readonly depth?: number
  /** What aggregates are over. Default: there can be none. */
  readonly over?: 'row' | 'group'
  /** The fields of groups: no others can be named. */
  readonly fields?: readonly ColumnSchema[]
  /** The rows of another query, whose groups are rows like any others. */
  readonly derived?: boolean
  /** Computed values that the rows have, by their names. */
  readonly selected?: readonly ColumnSchema[]
  /** There is a row that was to be inserted, whose values `excluded` are. */
  readonly excluded?: boolean
  /** What it is given to, for messages. */
  readonly method?: string
  /** How a path is looked up. Default: {@link columnAt}. */
  readonly lookUp?: (path: string) => ColumnSchema
}

export function isExpression(value: unknown): value is Resolvable {
  return typeof value === 'object' && value !== null && RESOLVE in value
}

/**
 * What an argument stands for: a string names a field, `author.name` across relations to one row; an expression is looked
 * up; any other value is sent as it is.
 */
export function resolveArgument(
  target: ExpressionTarget,
  argument: unknown,
  wanted?: TypeSchema,
): ColumnSchema {
  if (typeof argument === 'string') return columnNamed(target, argument)
  if (isExpression(argument)) return argument[RESOLVE](target, wanted)
  return literal(argument, wanted)
}

/** Several that stand beside each other; values take the type of those that have one. */
export function resolveTogether(
  target: ExpressionTarget,
  given: readonly unknown[],
  wanted?: TypeSchema,
): ColumnSchema[] {
  const typed = given.map((each) => (hasOwnType(each) ? resolveArgument(target, each, wanted) : undefined))
  const ofItself = typed.find((each) => each !== undefined && !isOuterReference(each))
  const type = ofItself?.type ?? wanted
  const alike = given.map((each, index) => typed[index] ?? resolveArgument(target, each, type))
  return alike.map((each) => takenAs(each, type ?? alike.find((one) => !isOuterReference(one))?.type))
}

/** Whether an argument's type does not depend on what stands beside it. */
function hasOwnType(argument: unknown): boolean {
  return typeof argument === 'string' || (isExpression(argument) && !isBareValue(argument))
}

function isBareValue(argument: Resolvable): boolean {
  return 'isBareValue' in argument && argument.isBareValue === true
}

/** A field by its path, of groups only what they have. */
export function columnNamed(target: ExpressionTarget, path: string): ColumnSchema {
  if (target.lookUp !== undefined) return target.lookUp(path)
  // One expression wherever it stands, which DISTINCT and GROUP BY ask for.
  const selected = target.selected?.find((each) => each.property === path)
  if (selected !== undefined) return selected
  const column = columnAt(target, path)
  if (target.fields === undefined || target.fields.includes(column) || isOverGroup(column)) return column
  throw ungrouped(target.method ?? 'aggregate', path, target.fields)
}

/** What is thrown for a field that rows of groups do not have. */
export function ungrouped(method: string, path: string, fields: readonly ColumnSchema[]): UsageError {
  if (fields.length === 0) {
    return new UsageError(
      `${method}() gives one row for all, which has no "${path}": aggregate it, as in max('${path}'), or annotate() rows.`,
    )
  }
  const choices = choicesOf(path, propertiesOf(fields))
  return new UsageError(
    `${method}: rows grouped by values() and annotate() have no "${path}". ${choices}. ` +
      'Leave it out, aggregate it, or name it in the values() that comes before annotate().',
  )
}

/** The field of a path; across relations a value of the one row that they lead to. */
export function columnAt({ table, schemas, derived = false }: ExpressionTarget, path: string): ColumnSchema {
  refuseUnlessName(table, path)
  const { relations, at, rest } = followToOne(table, schemas, path)
  const column = findColumn(at, rest)
  if (column === undefined) throw noValue(at, rest, path)
  if (relations.length === 0) return column
  // The rows of another query need not have the relation's columns.
  if (derived) columnsOf(table, relations[0]?.columns ?? [])
  const nullable = column.nullable || relations.some((relation) => relation.nullable)
  return computed({ label: path, type: column.type, nullable }, { kind: 'related', path: relations, column })
}

/** Goes along relations to one row as far as the path names such. */
function followToOne(table: TableSchema, schemas: SchemaRegistry, path: string) {
  const relations: RelationSchema[] = []
  let at = table
  let rest = path
  while (findColumn(at, rest) === undefined) {
    const step = firstStep(at, rest)
    if (step?.rest === undefined) break
    if (step.relation.kind === 'many') {
      throw new FieldError(
        `"${path}" leads to many rows by "${step.relation.name}" of ${qualifiedName(at)}, and a value is one: aggregate ` +
          `it, as in max('${path}'), or filter by { ${step.relation.name}: { some: … } }.`,
      )
    }
    relations.push(step.relation)
    at = schemas.table(step.relation.target)
    rest = step.rest
  }
  return { relations, at, rest }
}

function noValue(table: TableSchema, name: string, path: string): FieldError {
  const within = name === path ? '' : `(in "${path}")`
  if (firstStep(table, name) !== undefined) {
    const relation = relationOf(table, firstName(name))
    return new FieldError(
      `"${path}" is a relation, whose rows are no value: name a field of it, as in "${path}.${relation.targetColumns[0] ?? ''}".`,
    )
  }
  const [head = '', ...more] = name.split('.')
  if (more.length > 0 && findColumn(table, head) !== undefined) {
    return new FieldError(
      `"${head}" of ${qualifiedName(table)} is a field, and no relation that "${path}" could lead along` +
        `${within === '' ? '' : ` ${within}`}. What is in a document is jsonPath('${head}', …).`,
    )
  }
  return noField(table, more.length > 0 ? head : name, fieldsAndRelations(table), within)
}

/** A value that is sent. */
export function literal(value: unknown, wanted?: TypeSchema, isGiven = false): ColumnSchema {
  const type = isGiven && wanted !== undefined ? wanted : literalType(value, wanted)
  const encoded = value === null ? null : encodeCopy(codecFor(type), value, 'A value in an expression')
  return computed(
    { label: value === null ? 'null' : `a ${typeof value}`, type, nullable: value === null },
    { kind: 'operand', operand: new Operand(encoded) },
  )
}

/** What a value is, unless what stands beside it says so. */
function literalType(value: unknown, wanted: TypeSchema | undefined): TypeSchema {
  if (value === undefined) {
    throw new FieldError('An expression takes no undefined: leave the argument out, or give null for NULL.')
  }
  if (wanted !== undefined && suits(value, wanted)) return wanted
  switch (typeof value) {
    case 'boolean':
      return 'bool'
    case 'number':
      return Number.isInteger(value) ? (Math.abs(value) < 2 ** 31 ? 'int4' : 'int8') : 'float8'
    case 'bigint':
      return 'int8'
    case 'string':
      return 'text'
    case 'object':
      if (value === null) return 'text'
      if (types.isDate(value)) return 'timestamptz'
      if (types.isUint8Array(value)) return 'bytea'
  }
  throw new FieldError(
    `An expression does not tell what type ${describe(value)} is: say it, as in value(…, 'jsonb') or value(…, 'text[]').`,
  )
}

/** Whether a value can be one of this type: 1.5 is no integer, whatever stands beside it. */
function suits(value: unknown, wanted: TypeSchema): boolean {
  if (value === null) return true
  try {
    codecFor(wanted).encode(value)
    return true
  } catch {
    return false
  }
}
