import { UsageError } from '../errors.js'
import type { SchemaMap } from '../schema/places.js'
import { SchemaRegistry } from '../schema/registry.js'
import type { FunctionSchema } from '../schema/function.js'
import type { ColumnSchema, RelationSchema, TableSchema } from '../schema/table.js'
import type { Condition } from './filter/condition.js'
import type { Ordering } from './order/ordering.js'
import type { Operand } from '../shape/operand.js'
import { known, knownNumber } from '../shape/known.js'
import { qualifiedName } from '../schema/qualified-name.js'

/** What a queryset asks: frozen, and changed only by pure functions, each of which returns a new state. */
export interface QueryState {
  readonly table: TableSchema
  /** Where relations find their tables, and in which schemas these are. */
  readonly schemas: SchemaRegistry
  /** Joined by AND. */
  readonly conditions: readonly Condition[]
  readonly order: readonly Ordering[]
  readonly selection: Selection
  readonly distinct: boolean
  /** With `distinct`: one row for each combination of these columns, the first in order. */
  readonly distinctOn: readonly ColumnSchema[]
  /** Rows are groups of equal values in these columns; their other values are annotations. */
  readonly groupBy: readonly ColumnSchema[] | undefined
  /** Locks the rows that are read. */
  readonly lock: RowLock | undefined
  /** Where rows come from instead of the table: other queries, of which this one has the table and the columns. */
  readonly combination: Combination | undefined
  /** The function whose rows they are instead of those of the table, which says what they have. */
  readonly call: FunctionCall | undefined
  readonly slice: Slice | undefined
  /** No row matches and no query is sent. */
  readonly none: boolean
  /** Every row was asked for by `all()`, so that an update or delete without a filter is meant. */
  readonly all: boolean
  /** The scopes of the table that do not hold here: all of them, or those of these names. */
  readonly unscoped: true | readonly string[]
}

/** Queries whose rows are put together: `operands` have the same columns, of the same types, in the same order. */
export interface Combination {
  readonly operator: 'union' | 'union all' | 'intersect' | 'except'
  readonly operands: readonly [QueryState, ...QueryState[]]
}

/** A function with what it is given. */
export interface FunctionCall {
  readonly function: FunctionSchema
  /** In the order of its parameters; those left out have their defaults. */
  readonly arguments: readonly FunctionArgument[]
}

export interface FunctionArgument {
  /** Which of the parameters it is for. */
  readonly place: number
  /** Encoded; null for NULL. */
  readonly value: Operand<string | Buffer | null>
}

/** Which of the rows, by their numbers from 0. It has an offset or a limit, or both. */
export interface Slice {
  /** How many come before it; undefined for none. */
  readonly offset: Operand<number> | undefined
  /** How many it has at most. */
  readonly limit: Operand<number> | undefined
  /** Where it ends, if it has a limit. */
  readonly end: Operand<number> | undefined
}

/** How rows are locked while they are read: `FOR UPDATE [OF …] [NOWAIT | SKIP LOCKED]`. */
export interface RowLock {
  readonly strength: 'update' | 'no key update'
  /** Whose rows: `self` for the queryset's own table, else paths of joined relations. Empty: of all of them. */
  readonly of: readonly string[]
  /** What happens to rows that others have locked. */
  readonly waiting: 'wait' | 'noWait' | 'skipLocked'
}

/** The columns of the result and what a row of them is. */
export interface Selection {
  readonly columns: readonly ColumnSchema[]
  /** `model` rows may be narrowed by `only` and `defer`; the others come from `values` and `valuesList`. */
  readonly shape: 'model' | 'object' | 'tuple' | 'value'
  /** Rows of to-one relations that are joined in, each under the relation's name. */
  readonly related: readonly RelatedSelection[]
  /** Relations that are read for the rows of each chunk, by a query of their own. */
  readonly prefetches: readonly Prefetch[]
  /** What is read besides, to tell where in the order a row is, each field by the type that is exact. */
  readonly position?: readonly ColumnSchema[]
}

/** A to-one relation joined into the rows, and what is joined into its own. */
export interface RelatedSelection {
  readonly relation: RelationSchema
  readonly table: TableSchema
  /** What of it is in the rows. */
  readonly columns: readonly ColumnSchema[]
  readonly related: readonly RelatedSelection[]
}

/** A relation to prefetch, and the query on its table that says which rows and what of them. */
export interface Prefetch {
  readonly relation: RelationSchema
  readonly state: QueryState
  /** By its name alone: whole rows, and all of them. */
  readonly isPlain: boolean
  /** Under a name of its own, which its relation has here, beside others of the same relation. */
  readonly isNamed?: boolean
}

/** No conditions, no order and the like: most shapes have it, and need not say what is in it. */
const NONE: readonly never[] = known([])

const wholeRows = new WeakMap<TableSchema, Selection>()

/** Every column of a table: of one that stands for itself the same for all states. */
function wholeRowsOf(table: TableSchema): Selection {
  const before = wholeRows.get(table)
  if (before !== undefined) return before
  const selection: Selection = { columns: table.columns, shape: 'model', related: NONE, prefetches: NONE }
  if (knownNumber(table) !== undefined) wholeRows.set(table, known(selection))
  return selection
}

/** Every row of a table. */
export function initialState(table: TableSchema, schemas = new SchemaRegistry([table])): QueryState {
  return Object.freeze({
    table,
    schemas,
    conditions: NONE,
    order: NONE,
    selection: wholeRowsOf(table),
    distinct: false,
    distinctOn: NONE,
    groupBy: undefined,
    lock: undefined,
    combination: undefined,
    call: undefined,
    slice: undefined,
    none: false,
    all: false,
    unscoped: NONE,
  })
}

/** The state with some of its parts replaced. */
export function change(state: QueryState, changes: Partial<QueryState>): QueryState {
  return Object.freeze({ ...state, ...changes })
}

/** Where the rows come from, as messages name it. */
export function sourceName({ schemas, call, table }: QueryState): string {
  return schemas.nameOf(call?.function ?? table)
}

/** A query on the tables of other schemas. */
export function inSchemas(state: QueryState, schemas: SchemaMap): QueryState {
  return change(state, { schemas: state.schemas.withSchema(schemas) })
}

/** A query where `outer` says that tables are, unless it was said for it: it becomes a part of what `outer` is of. */
export function placedIn(state: QueryState, outer: SchemaRegistry): QueryState {
  const schemas = state.schemas.within(outer)
  return schemas === state.schemas ? state : change(state, { schemas })
}

export function isSliced(state: QueryState): boolean {
  return state.slice !== undefined
}

/** Of each step, why another method cannot come after it where it was taken. */
const REFUSALS = {
  /** What comes after would count within it. */
  slice: (state: QueryState) =>
    isSliced(state) && `on a slice of ${qualifiedName(state.table)}: call slice() last.`,
  /** Rows are no longer whole rows of the table. */
  values: ({ selection }: QueryState) =>
    selection.shape !== 'model' && 'after values() or valuesList(): name the fields there.',
  /** Rows are completed by queries of their own. */
  prefetchRelated: ({ selection }: QueryState) =>
    selection.prefetches.length > 0 &&
    'after prefetchRelated(), whose rows come by other queries: call it before, or join one row by selectRelated().',
  /** Neither it nor an intersection or difference has a table any more to look into. */
  union: ({ combination }: QueryState) =>
    combination !== undefined &&
    'after union(), intersection() or difference(): call it on the querysets before they are combined. ' +
      'What remains is orderBy, slice, values, valuesList, prefetchRelated and what runs.',
}

/** @throws {@link UsageError} for a method that cannot come after one of these steps. */
export function refuseAfter(
  state: QueryState,
  method: string,
  ...steps: readonly (keyof typeof REFUSALS)[]
): void {
  for (const step of steps) {
    const reason = REFUSALS[step](state)
    if (reason !== false) throw new UsageError(`Cannot call ${method}() ${reason}`)
  }
}
