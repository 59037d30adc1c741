import { rowsPlan } from '../plan/reads.js'
import { insertPlan, updateReturningPlan } from '../plan/writes.js'
import type { RowCell } from '../sql/write/changes.js'
import type { OnConflict } from '../sql/write/conflict.js'
import { MultipleObjectsReturned, OptionError } from '../errors.js'
import type { Binding } from '../kysely/handle.js'
import { isRecord, parseValues, type Assignment } from '../query/assignment.js'
import { filter } from '../query/filter/filter.js'
import { slice } from '../query/slice.js'
import { scopedState } from '../query/scoped/scoped.js'
import { change, initialState, type QueryState } from '../query/state.js'
import { refuseView } from '../query/writable.js'
import { Operand } from '../shape/operand.js'
import { defaultsOf, withDefaults } from './defaults.js'
import { inSavepoint } from './transaction.js'
import { Writer } from './writer.js'

/** Inserts one row and reads it back. */
export async function create(binding: Binding, asked: QueryState, values: unknown): Promise<unknown> {
  refuseView(asked.table, 'create')
  const row = parseValues(asked.table, withDefaults(values, defaultsOf(asked)), 'create()')
  return insertOne(Writer.on(binding, scopedState(asked)), row, { kind: 'fail' })
}

/** How often a row is looked for that others keep making and removing. */
const ATTEMPTS = 5

/**
 * The row of a lookup, with the defaults set where they update it, or a new one of both; and whether it was created.
 *
 * ON CONFLICT DO NOTHING waits for those who are about to insert the same key, and does not abort a transaction when
 * they were first: their row is then found at the next look.
 */
export async function findOrCreate(
  binding: Binding,
  asked: QueryState,
  method: 'getOrCreate' | 'updateOrCreate',
  lookup: unknown,
  defaults: unknown,
  createDefaults?: unknown,
): Promise<[row: unknown, created: boolean]> {
  const { found, values, changes } = parseLookup(asked, method, { lookup, defaults, createDefaults })
  const state = scopedState(asked)
  const writer = Writer.on(binding, state)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const row = await readOne(writer, found)
    const isKept = method === 'getOrCreate' || changes.length === 0
    const result = row === undefined || isKept ? row : await updateOne(writer, found, row, changes)
    if (result !== undefined) return [result, false]
    const created = await insertOne(writer, values, { kind: 'ignore' })
    if (created !== undefined) return [created, true]
  }
  // In the way is a row that the lookup does not find: the server's own error names it.
  return [await inSavepoint(binding, state, (alone) => insertOne(alone, values, { kind: 'fail' })), true]
}

async function insertOne(writer: Writer, row: readonly Assignment[], conflict: OnConflict): Promise<unknown> {
  const { state } = writer
  const [created] = await writer.rowsBy(insertPlan, { state, row: row.map(cellOf), conflict })
  return created
}

function cellOf({ column, cell }: Assignment): RowCell {
  return { column, cell: new Operand(cell) }
}

/** The row as it is after changes to it; undefined when it is no longer among those found. */
async function updateOne(
  writer: Writer,
  found: QueryState,
  row: Readonly<Record<string, unknown>>,
  changes: readonly Assignment[],
): Promise<unknown> {
  const key = found.table.primaryKey.map((property) => [property, { exact: row[property] }])
  const itself = key.length === 0 ? found : filter(found, [Object.fromEntries(key)])
  const subject = { state: itself, changes: changes.map(cellOf) }
  const [updated] = await writer.rowsBy(updateReturningPlan, subject)
  return updated
}

async function readOne(writer: Writer, state: QueryState): Promise<Record<string, unknown> | undefined> {
  const [row, other] = await writer.rowsBy(rowsPlan, slice(state, 0, 2), 'query')
  if (other !== undefined) throw new MultipleObjectsReturned(state.schemas.nameOf(state.table))
  // Whole rows are objects.
  return row as Record<string, unknown> | undefined
}

interface GivenValues {
  readonly lookup: unknown
  readonly defaults: unknown
  /** What a new row gets in place of the defaults. */
  readonly createDefaults: unknown
}

/** A lookup as the rows it finds and as the values of the row to create; everything is checked before any I/O. */
function parseLookup(state: QueryState, method: string, { lookup, defaults, createDefaults }: GivenValues) {
  const { table, schemas, unscoped } = state
  refuseView(table, method)
  if (createDefaults !== undefined && method === 'getOrCreate') {
    throw new OptionError(
      'getOrCreate() has no option "createDefaults": its defaults are those of a new row.',
    )
  }
  const changes = parseValues(table, defaults ?? {}, `${method}()`)
  const given = parseValues(table, lookup, `${method}()`)
  const exact = Object.entries(isRecord(lookup) ? lookup : {}).map(([key, value]) => [key, { exact: value }])
  const within = change(initialState(table, schemas), { unscoped })
  const found = scopedState(filter(within, [Object.fromEntries(exact)]))
  const added =
    createDefaults === undefined
      ? changes
      : parseValues(table, createDefaults, `createDefaults of ${method}()`)
  const ofAll = parseValues(table, defaultsOf(state) ?? {}, `the defaults of ${method}()`)
  // What is said last of a field counts.
  const values = new Map([...ofAll, ...given, ...added].map((each) => [each.column, each]))
  return { found, changes, values: [...values.values()] }
}
