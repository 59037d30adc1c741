import { ExpressionWrapper, sql } from 'kysely'
import { isColumn } from '../query/expression/computed.js'
import type { Comparand, Condition } from '../query/filter/condition.js'
import type { Operand } from '../shape/operand.js'
import { linkScopeOf, scopeOf } from '../query/scoped/scoped-relation.js'
import type { ColumnSchema, RelationSchema } from '../schema/table.js'
import { baseType, type CompositeTypeSchema, type TypeSchema } from '../schema/type.js'
import { recordOf } from '../types/base-types.js'
import type { Sql } from './compile.js'
import { comparableRef, typeName } from './cast.js'
import { compileExpression } from './expression/free-hand-expression.js'
import { equality, operatorOf, operatorSchema } from './operator.js'
import { pairs, refs } from './relation.js'
import type { Scope } from './scope.js'

/** A condition as SQL; operands are bound parameters, never text. */
export function compileCondition(scope: Scope, condition: Condition): Sql<boolean> {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return junction(scope, condition.kind, condition.conditions)
    case 'not':
      return sql<boolean>`(${compileCondition(scope, condition.condition)}) is not true`
    case 'expression':
      return sql<boolean>`(${compileExpression(scope, condition.node)})`
    case 'related': {
      const { target, from, belongs } = relatedSource(scope, condition.relation)
      const meets = compileCondition(target, condition.condition)
      return sql<boolean>`exists (select from ${from} where ${belongs} and ${meets})`
    }
  }
  const ref = comparableRef(scope, condition.column)
  switch (condition.kind) {
    case 'isTrue':
      return sql<boolean>`${ref}`
    case 'isNull':
      return nullTest(scope, condition.column, condition.isNull)
    case 'compare': {
      const { column, operator, operand, castTo } = condition
      const value = parameter(scope, operand, castTo ?? namedType(column))
      if (operator === 'is distinct from' && operatorSchema(column.type) !== undefined) {
        return sql<boolean>`(${ref} ${operatorOf(column.type, '=')} ${value}) is not true`
      }
      return sql<boolean>`${ref} ${operatorOf(column.type, operator)} ${value}`
    }
    case 'length':
      return sql<boolean>`cardinality(${ref}) ${sql.raw(condition.operator)} ${parameter(scope, condition.operand, undefined)}`
    case 'between':
      return between(scope, ref, condition)
    case 'inQuery': {
      const { state, nodeOf, reach } = condition.query
      const rows = new ExpressionWrapper(nodeOf(state, scope.schemas, reach > 0 ? scope : undefined))
      const { type } = condition.column
      if (operatorSchema(type) === undefined) return sql<boolean>`${ref} in ${rows}`
      return sql<boolean>`${ref} ${equality(type, condition.type)} any ${rows}`
    }
    case 'in': {
      const { column, values, orNull } = condition
      const element = namedType(column)
      const among = !isList(values)
        ? sql<boolean>`${ref} ${operatorOf(column.type, '=')} any(${parameter(scope, values, element && { kind: 'array', element })})`
        : values.length === 0
          ? sql<boolean>`false`
          : sql<boolean>`${ref} in (${sql.join(values.map((value) => parameter(scope, value, undefined)))})`
      return orNull ? sql<boolean>`(${among} or ${nullTest(scope, column, true)})` : among
    }
  }
}

/**
 * The rows that a relation leads to from a row of `scope`, as parts of a subquery: the related table within it, what
 * follows FROM, which joins the link table of a many-to-many relation, and that a related row belongs to the outer row and is within scope.
 */
export function relatedSource(scope: Scope, relation: RelationSchema) {
  const target = scope.inner(scope.schemas.table(relation.target))
  const outer = refs(scope, relation.columns)
  const inner = refs(target, relation.targetColumns)
  const { through } = relation
  const within = (belongs: Sql<boolean>) => and(belongs, target, scopeOf(relation))
  if (through === undefined)
    return { target, from: sql`${target.tableRef()}`, belongs: within(pairs(inner, outer)) }

  const link = scope.inner(scope.schemas.table(through.table))
  const on = pairs(refs(link, through.targetColumns), inner)
  return {
    target,
    from: sql`${link.tableRef()} inner join ${target.tableRef()} on ${on}`,
    belongs: within(and(pairs(refs(link, through.columns), outer), link, linkScopeOf(relation))),
  }
}

/** That a row of `target` is the one that a relation leads to from a row of `scope`: what a join is made on. */
export function joinedOn(scope: Scope, target: Scope, relation: RelationSchema): Sql<boolean> {
  const equal = pairs(refs(target, relation.targetColumns), refs(scope, relation.columns))
  return and(equal, target, scopeOf(relation))
}

/** The same with a condition on the rows of `scope`, if there is one. */
export function and(conditions: Sql<boolean>, scope: Scope, condition: Condition | undefined): Sql<boolean> {
  return condition === undefined
    ? conditions
    : sql<boolean>`${conditions} and ${compileCondition(scope, condition)}`
}

function junction(scope: Scope, kind: 'and' | 'or', conditions: readonly Condition[]): Sql<boolean> {
  if (conditions.length === 0) return sql.lit(kind === 'and')
  const parts = conditions.map((condition) => compileCondition(scope, condition))
  // In parentheses, since it may stand beside other conditions.
  return sql<boolean>`(${sql.join(parts, sql.raw(` ${kind} `))})`
}

/** BETWEEN takes its operators from the search_path. */
function between(
  scope: Scope,
  ref: Sql,
  { column, ...ends }: Extract<Condition, { kind: 'between' }>,
): Sql<boolean> {
  const { type } = column
  const from = parameter(scope, ends.from, namedType(column))
  const to = parameter(scope, ends.to, namedType(column))
  if (operatorSchema(type) === undefined) return sql<boolean>`${ref} between ${from} and ${to}`
  return sql<boolean>`(${ref} ${operatorOf(type, '>=')} ${from} and ${ref} ${operatorOf(type, '<=')} ${to})`
}

/** A composite IS NULL as soon as all of its fields are, and IS NOT NULL only when none of them is. */
function nullTest(scope: Scope, column: ColumnSchema, isNull: boolean): Sql<boolean> {
  const ref = scope.columnRef(column)
  if (compositeOf(column) === undefined) return isNull ? sql`${ref} is null` : sql`${ref} is not null`
  return isNull ? sql`${ref} is not distinct from null` : sql`${ref} is distinct from null`
}

function isList(values: Operand | readonly Comparand[]): values is readonly Comparand[] {
  return Array.isArray(values)
}

function parameter(scope: Scope, operand: Comparand, type: TypeSchema | undefined): Sql {
  if (isColumn(operand)) return comparableRef(scope, operand)
  return type === undefined ? sql`${operand}` : sql`cast(${operand} as ${typeName(scope, type)})`
}

/**
 * The type that operands of a column have to name. A composite's would be taken for an anonymous one, which has no input,
 * and one without operators of its own for a value of the type whose they are: `pg_class` for an oid.
 */
function namedType(column: ColumnSchema): TypeSchema | undefined {
  return compositeOf(column) ?? (recordOf(column.type)?.namesOperands === true ? column.type : undefined)
}

function compositeOf(column: ColumnSchema): CompositeTypeSchema | undefined {
  const type = baseType(column.type)
  return typeof type !== 'string' && type.kind === 'composite' ? type : undefined
}
