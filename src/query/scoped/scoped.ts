import { UsageError } from '../../errors.js'
import { qualifiedName } from '../../schema/qualified-name.js'
import { SchemaRegistry } from '../../schema/registry.js'
import type { Rules } from '../../schema/rules.js'
import type { RelationSchema, TableSchema } from '../../schema/table.js'
import { known, knownNumber } from '../../shape/known.js'
import { isPlain } from '../../shape/shape.js'
import type { Condition } from '../filter/condition.js'
import { excludeEverything } from '../filter/decide-condition.js'
import { change, type QueryState } from '../state.js'
import { refuseTooDeep } from '../too-deep.js'
import { scopedRelation } from './scoped-relation.js'
import { tableScope, type TableScope } from './table-scope.js'

/** A query with the scopes of all tables that it reaches, as they are at this moment. */
export interface Scoped {
  /** Its tables have no rules any more: only then does it become SQL. */
  readonly state: QueryState
  /** The scope of its own table, which is among its conditions. */
  readonly scope: Condition | undefined
  /** Whether it would be the same another time. */
  readonly isLasting: boolean
  /** What else is said of its rows, such as what they are set to, with the scopes of the tables that it reaches. */
  readonly of: <T>(part: T) => T
}

/**
 * Looks up the scopes of a query: of its own table as a condition, of those that relations lead to in the relation itself,
 * and of the queries in it each by the rules that this was made with. Once for a statement and all that hangs on it.
 *
 * @throws {@link FieldError} for a scope that is no filter of its table; what a function of one throws.
 */
export function scoped(state: QueryState): Scoped {
  if (!SchemaRegistry.areRuled || isScoped.has(state))
    return { state, scope: undefined, isLasting: true, of: (part) => part }
  const moment = new Moment()
  const rows = moment.rowsOf(state.schemas)
  const found = refuseTooDeep('The query', () => rows.query(state))
  isScoped.add(found)
  return {
    state: found,
    scope: rows.scopeOf(state.table, state.unscoped),
    get isLasting() {
      return moment.isLasting
    },
    // What it is made of stays what it is.
    of: <T>(part: T) => rows.part(part) as T,
  }
}

/** Queries that were looked through. */
const isScoped = new WeakSet<QueryState>()

/** The query alone. */
export function scopedState(state: QueryState): QueryState {
  return scoped(state).state
}

const NO_NAMES: readonly string[] = known([])

/** One look at all scopes: each is asked for once, for all queries of the same rules. */
class Moment {
  isLasting = true
  /** Of the queries that are looked through, the outermost first. */
  readonly within: ScopedRows[] = []
  readonly #rows = new Map<Rules | undefined, ScopedRows>()

  rowsOf(schemas: SchemaRegistry): ScopedRows {
    const { rules } = schemas
    const rows = this.#rows.get(rules) ?? new ScopedRows(this, schemas)
    this.#rows.set(rules, rows)
    return rows
  }
}

/** What queries of the same rules become. */
class ScopedRows {
  readonly #moment: Moment
  readonly #schemas: SchemaRegistry
  readonly #copies = new Map<object, unknown>()
  readonly #scopes = new Map<TableSchema, Condition | undefined>()
  readonly #pending = new Set<TableSchema>()

  constructor(moment: Moment, schemas: SchemaRegistry) {
    this.#moment = moment
    this.#schemas = schemas
  }

  get isRuled(): boolean {
    return this.#schemas.rules !== undefined
  }

  query(state: QueryState): QueryState {
    const plain = { schemas: state.schemas.withoutRules(), unscoped: NO_NAMES }
    this.#moment.within.push(this)
    // Its parts stay what they are.
    const inside = change(this.#parts(state) as unknown as QueryState, plain)
    this.#moment.within.pop()
    const isOfTable = state.combination === undefined && state.call === undefined
    const scope = isOfTable ? this.scopeOf(state.table, state.unscoped) : undefined
    if (scope === undefined) return inside
    const none = inside.none || excludeEverything([scope])
    return change(inside, { conditions: [scope, ...inside.conditions], none })
  }

  /** What rows of a table meet; without the scopes that do not hold. */
  scopeOf(table: TableSchema, unscoped: QueryState['unscoped'] = []): Condition | undefined {
    if (unscoped === true) return undefined
    if (unscoped.length > 0) return this.#kept(tableScope(table, this.#schemas, unscoped))
    if (this.#scopes.has(table)) return this.#scopes.get(table)
    if (this.#pending.has(table))
      throw new UsageError(
        `The scope of ${qualifiedName(table)} asks for rows of ${qualifiedName(table)} within that scope: have it ask for ` +
          'unscoped() ones.',
      )
    this.#pending.add(table)
    const scope = this.#kept(tableScope(table, this.#schemas))
    this.#pending.delete(table)
    this.#scopes.set(table, scope)
    return scope
  }

  #kept(scope: TableScope | undefined): Condition | undefined {
    if (scope?.isOfCall === true) this.#moment.isLasting = false
    // Relations in it are those of tables as they are; querysets in it have scopes of their own.
    return scope && (this.#moment.rowsOf(this.#schemas.withoutRules()).part(scope.condition) as Condition)
  }

  part(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value
    const before = this.#copies.get(value)
    if (before !== undefined) return before
    const copy = this.#copied(value)
    this.#copies.set(value, copy)
    return copy
  }

  #copied(object: object): unknown {
    if (isRelation(object)) return this.#relation(object)
    if (isOuter(object)) return { ...object, column: this.#around().part(object.column) }
    if (knownNumber(object) !== undefined) return object
    if (isQuery(object)) return this.#moment.rowsOf(object.schemas).query(object)
    if (Array.isArray(object)) return object.map((each) => this.part(each))
    return isPlain(object) ? this.#parts(object) : object
  }

  #parts(object: object): object {
    return Object.fromEntries(Object.entries(object).map(([name, each]) => [name, this.part(each)]))
  }

  /** Of the query around, whose rows an outer value may be of. */
  #around(): ScopedRows {
    return this.#moment.within.findLast((each) => each !== this && each.isRuled) ?? this
  }

  #relation(relation: RelationSchema): RelationSchema {
    const { target, through } = relation
    const [scope, linkScope] = [target, through?.table].map((name) =>
      name === undefined ? undefined : this.scopeOf(this.#schemas.table(name)),
    )
    return scopedRelation(relation, scope, linkScope)
  }
}

function isRelation(object: object): object is RelationSchema {
  return 'targetColumns' in object && 'target' in object
}

function isOuter(object: object): object is { readonly column: unknown } {
  return 'kind' in object && object.kind === 'outer' && 'levels' in object
}

function isQuery(object: object): object is QueryState {
  return 'schemas' in object && 'conditions' in object && 'selection' in object
}
