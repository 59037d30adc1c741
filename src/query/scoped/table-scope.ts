import { choicesOf } from '../../choices.js'
import { UsageError } from '../../errors.js'
import { qualifiedName } from '../../schema/qualified-name.js'
import type { SchemaRegistry } from '../../schema/registry.js'
import { SCOPE } from '../../schema/rules.js'
import type { TableSchema } from '../../schema/table.js'
import { refuseWindows } from '../aggregate/grouping.js'
import { allOf, type Condition } from '../filter/condition.js'
import { parseFilter } from '../filter/parse-filter.js'
import type { QueryState } from '../state.js'

/** What rows of a table meet. */
export interface TableScope {
  readonly condition: Condition
  /** By functions, which may give something else the next time. */
  readonly isOfCall: boolean
}

/** The scopes of a table that hold, asked for now; undefined where none does. @throws what a function of them throws. */
export function tableScope(
  table: TableSchema,
  schemas: SchemaRegistry,
  unscoped: QueryState['unscoped'] = [],
): TableScope | undefined {
  const scopes = [...(schemas.rulesOf(table)?.scopes ?? [])].filter(
    ([name]) => unscoped !== true && !unscoped.includes(name),
  )
  if (scopes.length === 0) return undefined
  const conditions = scopes.map(([name, given]) => scopeCondition(table, schemas, name, given))
  return { condition: allOf(conditions), isOfCall: scopes.some(([, given]) => isFunction(given)) }
}

/** One of them as a condition. Across relations it goes to tables as they are. @throws {@link FieldError}. */
export function scopeCondition(
  table: TableSchema,
  schemas: SchemaRegistry,
  name: string,
  given: unknown,
): Condition {
  const plain = schemas.withoutRules()
  const condition = parseFilter({ table, schemas: plain }, isFunction(given) ? given() : given)
  return refuseWindows(condition, `The scope${name === SCOPE ? '' : ` "${name}"`} of ${qualifiedName(table)}`)
}

export function isFunction(given: unknown): given is () => unknown {
  return typeof given === 'function'
}

/** A query without the scopes of these names, or without any of its table's. @throws {@link UsageError} for others. */
export function withoutScopes(state: QueryState, names: readonly string[]): QueryState['unscoped'] {
  if (names.length === 0 || state.unscoped === true) return true
  const known = [...(state.schemas.rulesOf(state.table)?.scopes.keys() ?? [])].filter(
    (name) => name !== SCOPE,
  )
  const other = names.find((name) => !known.includes(name))
  if (other === undefined) return [...state.unscoped, ...names]
  const choices = known.length === 0 ? 'It has none with a name' : choicesOf(other, known)
  throw new UsageError(`unscoped() of ${qualifiedName(state.table)} has no scope "${other}". ${choices}.`)
}
