import { choicesOf } from '../choices.js'
import { OptionError, UsageError } from '../errors.js'
import { checkOptions, flag } from '../options.js'
import { propertiesOf } from './columns.js'
import { isSubquery } from './filter/subquery.js'
import { lookupKind } from '../types/lookup-kind.js'
import { isPlainObject } from './lookups/operand.js'
import { describe } from '../types/describe.js'
import { projectionOf, type Output } from './projection.js'
import type { ColumnSchema } from '../schema/table.js'
import type { TypeSchema } from '../schema/type.js'
import { castTo, isComputed } from './expression/computed.js'
import { areCombinable, baseName, commonType } from '../types/same-type.js'
import { change, initialState, type Combination, type QueryState } from './state.js'
import { qualifiedName } from '../schema/qualified-name.js'

/** Options of `union`. */
export interface UnionOptions {
  /** Keep rows that are equal: `UNION ALL`. Default false. */
  readonly all?: boolean
}

/** What `union` is given: querysets, and last it may be options. */
export function unionOf(args: readonly unknown[]): [Combination['operator'], readonly unknown[]] {
  const last = args.at(-1)
  if (last === undefined || isSubquery(last)) return ['union', args]
  return [isAll(last) ? 'union all' : 'union', args.slice(0, -1)]
}

/** Whether equal rows are kept. */
function isAll(options: unknown): boolean {
  if (!isPlainObject(options)) {
    throw new OptionError(
      `union() takes querysets, then options such as { all: true }, not ${describe(options)}.`,
    )
  }
  return checkOptions<UnionOptions>(options, { all: flag }, 'union').all ?? false
}

const METHODS: Readonly<Record<Combination['operator'], string>> = {
  union: 'union',
  'union all': 'union',
  intersect: 'intersection',
  except: 'difference',
}

/** Puts the rows of several queries together. The result has the table and the columns of the first. */
export function combine(
  first: QueryState,
  others: readonly QueryState[],
  operator: Combination['operator'],
): QueryState {
  if (others.length === 0) return first
  const given: Combination['operands'] = [first, ...others.map((other) => aligned(first, other))]
  const method = METHODS[operator]
  if (given.some(({ lock }) => lock !== undefined)) {
    throw new UsageError(`Cannot call ${method}() on a queryset with selectForUpdate().`)
  }
  for (const operand of given.slice(1)) refuseOtherRows(first, operand, method)
  const operands = widenedAll(given)
  if (operator !== 'union all') refuseIncomparable(first, method)
  return combination(operands, operator)
}

/** The rows of a query as a table of their own: what order and slices then say is about these rows. */
export function wrapped(state: QueryState): QueryState {
  return combination([state], 'union all')
}

function combination(operands: Combination['operands'], operator: Combination['operator']): QueryState {
  const [{ table, schemas, selection, none: isFirstEmpty }] = operands
  const isEmpty = (operand: QueryState) => operand.none
  const isNone = operator === 'intersect' ? operands.some(isEmpty) : operands.every(isEmpty)
  const none = operator === 'except' ? isFirstEmpty : isNone
  return change(initialState(table, schemas), { selection, combination: { operator, operands }, none })
}

/** The positions of a combination's columns among those of its operands. */
export function combinedPositions(state: QueryState, { operands }: Combination): number[] {
  const { outputs } = projectionOf(operands[0])
  return projectionOf(state).outputs.map((output) => {
    const position = outputs.findIndex((each) => each.column === output.column && each.from === output.from)
    if (position < 0) {
      throw new UsageError(
        `prefetchRelated() after union(), intersection() or difference() needs ${output.label} among the fields that ` +
          'are put together.',
      )
    }
    return position
  })
}

/** @throws {@link UsageError} for a field of the table that the rows of a combination do not have. */
export function refuseOutsideCombination(
  state: QueryState,
  properties: readonly string[],
  method: string,
): void {
  const choices = combinedFields(state)
  const missing = properties.find((property) => choices?.includes(property) === false)
  if (choices === undefined || missing === undefined) return
  throw new UsageError(
    `Cannot call ${method}() with "${missing}" after union(), intersection() or difference(): the rows put ` +
      `together do not have it. ${choicesOf(missing, choices)}.`,
  )
}

/** The fields of the table that the rows of a combination have. */
export function combinedFields({ combination }: QueryState): readonly string[] | undefined {
  if (combination === undefined) return undefined
  const { outputs } = projectionOf(combination.operands[0])
  return outputs.filter(({ from }) => from === undefined).map(({ column }) => column.property)
}

/** Objects are the same whatever order their fields were named in. */
function aligned(first: QueryState, other: QueryState): QueryState {
  const wanted = propertiesOf(first.selection.columns)
  const given = new Map(other.selection.columns.map((column) => [column.property, column]))
  const { prefetches } =
    qualifiedName(first.table) === qualifiedName(other.table) ? first.selection : other.selection
  const sameFields =
    isObject(first) &&
    isObject(other) &&
    given.size === wanted.length &&
    wanted.every((field) => given.has(field))
  const inOrder = wanted.flatMap((field) => given.get(field) ?? [])
  const columns = sameFields ? inOrder : other.selection.columns
  return change(other, { selection: { ...other.selection, columns, prefetches } })
}

/** Numbers of several widths that are read alike, such as int2 and int4, are in one column of the widest of them. */
function widenedAll(operands: Combination['operands']): Combination['operands'] {
  const [first, ...others] = operands
  const casts = first.selection.columns.map(({ type }, index) => {
    const types = others.flatMap(({ selection }) => selection.columns[index]?.type ?? [])
    const common = commonType([type, ...types])
    return types.every((each) => areCombinable(type, each)) ? undefined : common
  })
  if (casts.every((each) => each === undefined)) return operands
  const widen = (state: QueryState) => {
    const wide = new Map(
      state.selection.columns.flatMap((column, index) => {
        const type = casts[index]
        return type === undefined || areCombinable(type, column.type) ? [] : [[column, widened(column, type)]]
      }),
    )
    const of = (column: ColumnSchema) => wide.get(column) ?? column
    const { selection, order, distinctOn } = state
    // DISTINCT rows are ordered by what they have.
    return change(state, {
      selection: { ...selection, columns: selection.columns.map(of) },
      order: order.map((key) => ({ ...key, column: of(key.column) })),
      distinctOn: distinctOn.map(of),
    })
  }
  return [widen(first), ...others.map(widen)]
}

/** A column cast to a wider type, under its name and where it was in rows. */
function widened(column: ColumnSchema, type: TypeSchema): ColumnSchema {
  const { property, name } = column
  const within = isComputed(column) ? column.within : undefined
  return { ...castTo(type, property, column), name, ...(within && { within }) }
}

function isObject({ selection: { shape } }: QueryState): boolean {
  return shape === 'model' || shape === 'object'
}

function refuseOtherRows(first: QueryState, other: QueryState, method: string): void {
  const refuse = (reason: string): never => {
    throw new UsageError(
      `Cannot call ${method}() with this queryset on ${qualifiedName(other.table)}: ${reason} ` +
        'Give all of them the same fields with values() or valuesList().',
    )
  }
  const shape = (state: QueryState) => (isObject(state) ? 'object' : state.selection.shape)
  if (shape(first) !== shape(other)) {
    refuse(`its rows are ${shape(other)}s, those before it are ${shape(first)}s.`)
  }
  const expected = projectionOf(first).outputs
  const actual = projectionOf(other).outputs
  const names = (outputs: readonly Output[]) =>
    outputs.map(({ alias, from }) => (from ? `${from.relation.name}.${alias}` : alias)).join(', ')
  const named = isObject(first) ? names(expected) === names(actual) : expected.length === actual.length
  if (!named) refuse(`its fields are ${names(actual)}, those before it ${names(expected)}.`)
  for (const [index, each] of expected.entries()) {
    const { label, type } = each
    const output = actual[index]
    if (output === undefined || isCombinable(each, output, index < first.selection.columns.length)) continue
    refuse(`${output.label} is ${baseName(output.type)}, but ${label} is ${baseName(type)}.`)
  }
}

function isCombinable(left: Output, right: Output, isOwn: boolean): boolean {
  if (areCombinable(left.type, right.type)) return true
  // Keys of joined rows and of prefetches are found as they are.
  return isOwn && commonType([left.type, right.type]) !== undefined
}

function refuseIncomparable(state: QueryState, method: string): void {
  for (const { label, type } of projectionOf(state).outputs) {
    if (lookupKind(type) !== 'null') continue
    const instead = method === 'union' ? 'Use { all: true }, or leave the field out.' : 'Leave the field out.'
    throw new UsageError(
      `${method}() compares rows, and the type ${baseName(type)} of ${label} has no equality. ${instead}`,
    )
  }
}
