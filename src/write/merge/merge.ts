import { FieldError, OptionError, QueryError, UsageError } from '../../errors.js'
import type { Binding } from '../../kysely/handle.js'
import { checkOptions } from '../../options.js'
import { encodeCell, writableColumn, type Cell } from '../../query/assignment.js'
import { columnsOf } from '../../query/columns.js'
import { scoped } from '../../query/scoped/scoped.js'
import { initialState, type QueryState } from '../../query/state.js'
import { refuseView } from '../../query/writable.js'
import { mergedReader, type MergedRow } from '../../rows/outcome-readers.js'
import { qualifiedName } from '../../schema/qualified-name.js'
import type { ColumnSchema, TableSchema } from '../../schema/table.js'
import type { Scope } from '../../sql/scope.js'
import { mergeRows, type Merge } from '../../sql/write/merge.js'
import { isCopied, type Batch, type Group } from '../batch.js'
import { defaultsOf, eachWithDefaults } from '../defaults.js'
import { mergeClauses, withinScope } from './clauses.js'
import { MERGE_CHECKS, type GivenMergeOptions, type MergeOutcomes } from './options.js'
import { RowShapes, type RowShape } from '../row-shapes.js'
import { SeenKeys } from '../seen-keys.js'
import { refuseUnlessRows, writeBatches } from '../write-batches.js'
import { Writer } from '../writer.js'

/** Merges rows into a table; how many it wrote, or with `outcomes` which. */
export async function merge(
  binding: Binding,
  asked: QueryState,
  given: Iterable<unknown> | AsyncIterable<unknown>,
  options: GivenMergeOptions,
): Promise<number | MergeOutcomes<unknown>> {
  const { table, schemas } = asked
  refuseView(table, 'merge')
  refuseUnlessRows(given, 'merge')
  checkOptions(options, MERGE_CHECKS, 'merge')
  const on = keyOf(table, options.on)
  const { scope: within, state: plain, of } = scoped(asked)
  const rows = eachWithDefaults(given, defaultsOf(asked))
  const clauses = withinScope(of(mergeClauses({ table, schemas }, options)), within)
  const returning = options.outcomes === true
  const isWhole = clauses.some(({ when }) => when === 'not matched by source')
  if (isWhole) refuseUnlessWhole(rows, options)
  const state = initialState(table, plain.schemas)
  const encoder = new RowEncoder(table, { on, clauses, returning }, !Array.isArray(rows), isWhole)
  const outcomes: MergeOutcomes<unknown> = { inserted: [], updated: [], deleted: [] }
  let count = 0
  const write = async (writer: Writer, { columns, positions }: Group) => {
    const build = (scope: Scope) => mergeRows(scope, columns, positions.length, { on, clauses, returning })
    if (returning) sort(outcomes, await writer.read(build, mergedReader(state)))
    else count += await writer.count(build)
  }
  const batched = {
    rows,
    batchSize: isWhole && Array.isArray(rows) ? Math.max(rows.length, 1) : options.batchSize,
    add: (batch: Batch, row: unknown, number: number) => encoder.add(batch, row, number),
  }
  try {
    // Of the table's rows none is given then.
    if (isWhole && isEmpty(rows)) await write(Writer.on(binding, state), { columns: [], positions: [] })
    await writeBatches(binding, state, batched, async (writer, batch) => {
      for (const group of batch.groups) if (!isCopied(group)) await write(writer, group)
    })
  } catch (error) {
    throw withVersion(error)
  }
  return returning ? outcomes : count
}

function isEmpty(rows: unknown): boolean {
  return Array.isArray(rows) && rows.length === 0
}

function sort(outcomes: MergeOutcomes<unknown>, rows: readonly MergedRow[]): void {
  const lists = { INSERT: outcomes.inserted, UPDATE: outcomes.updated, DELETE: outcomes.deleted }
  for (const { action, row } of rows) lists[action].push(row)
}

function keyOf(table: TableSchema, on: unknown): ColumnSchema[] {
  if (Array.isArray(on) && on.length > 0) return columnsOf(table, on as string[])
  throw new OptionError(
    'merge() needs on: the fields by which a row that is given and one of the table are the same.',
  )
}

function refuseUnlessWhole(rows: unknown, { batchSize }: GivenMergeOptions): void {
  if (Array.isArray(rows) && batchSize === undefined) return
  throw new OptionError(
    'whenNotMatchedBySource of merge() is about all rows at once: it takes an array, and no batchSize.',
  )
}

/** A syntax error of a statement that is written here is one of a server that does not have it yet. */
function withVersion(error: unknown): unknown {
  if (!(error instanceof QueryError) || error.sqlState !== '42601') return error
  return new UsageError(
    'merge() needs PostgreSQL 15; whenNotMatchedBySource and outcomes need 17. bulkCreate() with updateConflicts does not.',
    { cause: error },
  )
}

class RowEncoder {
  readonly #table: TableSchema
  readonly #on: readonly ColumnSchema[]
  /** What rows have to give, and for what. */
  readonly #needed: readonly (readonly [column: ColumnSchema, why: string])[]
  readonly #shapes: RowShapes
  readonly #checked = new Set<RowShape>()
  readonly #seen: SeenKeys
  readonly #isWhole: boolean

  constructor(table: TableSchema, { on, clauses }: Merge, isBounded: boolean, isWhole: boolean) {
    const copied = clauses.flatMap(({ action }) => (action.kind === 'update' ? action.changes : []))
    this.#table = table
    this.#on = on
    this.#isWhole = isWhole
    this.#needed = [
      ...on.map((column) => [column, 'by which rows are found'] as const),
      ...copied.flatMap((change) =>
        isCopy(change) ? [[change.column, 'which updateFields name'] as const] : [],
      ),
    ]
    // Rows may be found by what only the server fills.
    this.#shapes = new RowShapes(table, (_, property, where) => {
      const found = on.find((column) => column.property === property)
      return found ?? writableColumn(table, property, where)
    })
    this.#seen = new SeenKeys(table, on, 'merge()', isBounded)
  }

  add(batch: Batch, row: unknown, number: number): void {
    const where = () => `Row ${number} of merge()`
    const shape = this.#shapes.of(row, where)
    if (!this.#checked.has(shape)) this.#check(shape, where())
    // It has fields, or it would have no shape.
    const values = row as Readonly<Record<string, unknown>>
    const cells = shape.fields.map(({ property, column }) =>
      encodeCell(this.#table, column, values[property], where),
    )
    const key = this.#on.flatMap((column): Cell[] => {
      const cell = cells[shape.fields.findIndex((field) => field.column === column)] ?? null
      // NULLs are not equal to each other.
      return cell === null ? [] : [cell]
    })
    if (key.length === this.#on.length) this.#seen.add(key, number)
    batch.add(shape, cells)
  }

  #check(shape: RowShape, where: string): void {
    const lacking = this.#needed.find(([column]) => !shape.fields.some((field) => field.column === column))
    if (lacking !== undefined) {
      throw new FieldError(
        `${where} on ${qualifiedName(this.#table)} has no "${lacking[0].property}", ${lacking[1]}.`,
      )
    }
    if (this.#isWhole && this.#checked.size > 0) {
      throw new FieldError(
        `${where} on ${qualifiedName(this.#table)} gives other fields than those before it: with whenNotMatchedBySource all ` +
          'rows go into one statement, and give the same fields.',
      )
    }
    this.#checked.add(shape)
  }
}

/** Whether it is a value of the row that is given, as updateFields have it. */
function isCopy(change: { readonly column: ColumnSchema; readonly value?: ColumnSchema }): boolean {
  return change.value?.property === `excluded.${change.column.property}`
}
