import type { CompiledQuery } from 'kysely'
import { DecodeError, UsageError } from '../errors.js'
import { isBreathDue } from '../breath.js'
import { planned } from '../plan/plan.js'
import { prefetchPlan } from '../plan/prefetches.js'
import { isRecord } from '../query/assignment.js'
import { columnsOf, propertiesOf } from '../query/columns.js'
import { missingRow } from '../query/related/missing-row.js'
import { placedIn, type Prefetch, type QueryState, type RelatedSelection } from '../query/state.js'
import type { ByteBudget } from '../rows/byte-budget.js'
import { keyText, type KeyedRow, type RowKey } from '../rows/keyed-reader.js'
import type { RowReader } from '../rows/row-reader.js'
import { isSpread } from '../schema/type.js'
import { Operand } from '../shape/operand.js'
import { codecFor } from '../types/codec-for.js'

/** Rows that are gone through before a look at the clock. */
const LOOK_EVERY = 256
const NO_KEY: RowKey = []

/** A query that has to run before prefetching can go on. */
export interface PrefetchQuery {
  /** The table that it reads, as `schema.name`. */
  readonly table: string
  readonly query: CompiledQuery
  readonly reader: RowReader<KeyedRow>
}

/**
 * The steps that complete rows: queries that do not depend on each other are answered with the rows of each, a pause with
 * none.
 */
export type PrefetchSteps = Generator<readonly PrefetchQuery[] | undefined, void, readonly KeyedRow[][]>

/** A relation, and the rows that it is read for. */
interface Reading {
  readonly state: QueryState
  readonly wanted: Prefetch
  /** Its place among the keys of the rows. */
  readonly index: number
  readonly rows: readonly KeyedRow[]
  readonly inner: QueryState
  /** The key of each row as text, and the keys that there are. */
  readonly texts: (string | undefined)[]
  readonly keys: Map<string, RowKey>
  related: readonly KeyedRow[]
  /** Rows find their owners by the text of their keys, and not by the number of one. */
  isExact: boolean
}

/**
 * Puts the prefetched relations into the rows of one chunk, one query per relation: those of one level together, nested
 * ones after those that they hang on. Yields the queries and takes their rows, so that the same steps serve asynchronous and
 * synchronous iteration; between them it yields undefined for a pause, where it has held the event loop for long. Ends early
 * when the budget that its queries are charged to is passed: the rows are then to be completed again, fewer at a time.
 */
export function* prefetch(state: QueryState, rows: readonly KeyedRow[], budget: ByteBudget): PrefetchSteps {
  const levels: Reading[][] = []
  for (let level = readings(state, rows); level.length > 0;) {
    for (const reading of level) yield* inSteps(reading.rows.length, keysOf(reading))
    const asked = level.filter(({ inner, keys }) => keys.size > 0 && !inner.none)
    const answers = asked.length === 0 ? [] : yield asked.map(queryOf)
    if (budget.isPassed) return
    for (const [at, reading] of asked.entries()) reading.related = answers[at] ?? []
    levels.push(level)
    level = asked.flatMap(({ inner, related }) => readings(inner, related))
  }
  // What hangs on a row is in it before the row itself is put into another.
  for (const level of levels.reverse()) {
    for (const reading of level) {
      const found: Found = new Map()
      yield* inSteps(reading.related.length, grouping(reading, found))
      yield* inSteps(reading.rows.length, placing(reading, found))
    }
  }
}

function readings(
  state: QueryState,
  rows: readonly KeyedRow[],
  joined: readonly RelatedSelection[] = state.selection.related,
): Reading[] {
  if (rows.length === 0) return []
  return state.selection.prefetches.flatMap((wanted, index): Reading[] => {
    const inner = related(state, wanted)
    const whole = wanted.isPlain ? joined.find((each) => isWhole(each, wanted)) : undefined
    // What belongs to rows that were joined is read for these, which need not be read again.
    if (whole !== undefined) return readings(inner, joinedRows(rows, whole, inner), whole.related)
    return [
      {
        state,
        wanted,
        index,
        rows,
        inner,
        texts: [],
        keys: new Map<string, RowKey>(),
        related: [],
        isExact: true,
      },
    ]
  })
}

/** Whether a relation was joined with all columns of its rows. */
function isWhole({ relation, table, columns }: RelatedSelection, wanted: Prefetch): boolean {
  return relation === wanted.relation && columns.length === table.columns.length
}

/** The rows of a relation that are in others already, with the keys of what is prefetched for them. */
function joinedRows(
  rows: readonly KeyedRow[],
  { relation }: RelatedSelection,
  { table, selection }: QueryState,
): KeyedRow[] {
  const keys = selection.prefetches.map((each) => propertiesOf(columnsOf(table, each.relation.columns)))
  return rows.flatMap(({ row }) => {
    const there = (row as Readonly<Record<string, unknown>>)[relation.name]
    if (!isRecord(there)) return []
    const keysOf = keys.map((properties) => properties.map((property) => there[property]))
    return [{ row: there, keys: keysOf, owner: undefined }]
  })
}

/** Goes through so many things, a look at the clock between some of them and the next: most are few. */
function inSteps(count: number, work: (from: number, to: number) => void): PrefetchSteps | [] {
  if (count > LOOK_EVERY) return stepByStep(count, work)
  work(0, count)
  return []
}

function* stepByStep(count: number, work: (from: number, to: number) => void): PrefetchSteps {
  for (let at = 0; at < count; at += LOOK_EVERY) {
    work(at, Math.min(at + LOOK_EVERY, count))
    if (isBreathDue()) yield undefined
  }
}

function keysOf({ state, wanted, index, rows, texts, keys }: Reading) {
  const textOf = keyText(columnsOf(state.table, wanted.relation.columns))
  return (from: number, to: number) => {
    for (let at = from; at < to; at++) {
      const key = rows[at]?.keys[index] ?? NO_KEY
      const text = textOf(...key)
      if (text !== undefined) keys.set(text, key)
      texts.push(text)
    }
  }
}

function queryOf(reading: Reading): PrefetchQuery {
  const { state, wanted, inner, keys } = reading
  const columns = columnsOf(state.table, wanted.relation.columns)
  const { query, made } = planned(prefetchPlan, {
    prefetch: { ...wanted, state: inner },
    owner: state.table,
    keys: columns.map(({ type }, column) => {
      const values = [...keys.values()].map((key) => key[column])
      if (!isSpread(type)) return new Operand(codecFor({ kind: 'array', element: type }).encode(values))
      const texts = values.map((value) => codecFor(type).encode(value))
      return new Operand(codecFor({ kind: 'array', element: 'text' }).encode(texts))
    }),
  })
  reading.isExact = made.isExact
  return { table: inner.schemas.nameOf(inner.table), query, reader: made.reader }
}

/** Related rows by the text of their owner's key. */
type Found = Map<string | undefined, unknown[]>

function grouping({ keys, related, isExact }: Reading, found: Found) {
  const numbered = isExact ? undefined : [...keys.keys()]
  return (from: number, to: number) => {
    for (let at = from; at < to; at++) {
      const { row, owner } = related[at] as KeyedRow
      const text = numbered === undefined ? owner : numbered[Number(owner) - 1]
      const group = found.get(text)
      if (group === undefined) found.set(text, [row])
      else group.push(row)
    }
  }
}

function placing({ state, wanted, rows, texts }: Reading, found: Found) {
  const { relation } = wanted
  const { name } = relation
  const isMany = relation.kind === 'many'
  const isCertain = wanted.isPlain && !isMany && !relation.nullable
  const joined = state.selection.related.find((each) => each.relation === relation)
  return (from: number, to: number) => {
    for (let at = from; at < to; at++) {
      const group = found.get(texts[at])
      if (group === undefined && isCertain && texts[at] !== undefined)
        throw new DecodeError(missingRow(state.schemas, state.table, relation))
      // Rows with prefetches are objects: `values` and `valuesList` have none.
      const target = (rows[at] as KeyedRow).row as Record<string, unknown>
      target[name] = isMany ? (group?.slice() ?? []) : withJoined(target[name], group?.[0] ?? null, joined)
    }
  }
}

/** The query of what is prefetched, on the tables that the relation leads to from where its owners are. */
function related({ schemas }: QueryState, { relation, state }: Prefetch): QueryState {
  const inner = placedIn(state, schemas)
  const [wanted, given] = [schemas, inner.schemas].map((each) => each.nameOf(inner.table))
  if (wanted === given) return inner
  throw new UsageError(
    `prefetchRelated of "${relation.name}" leads to ${wanted}, not to ${given}: take querysets with the same withSchema().`,
  )
}

/**
 * A prefetched row with what was joined into the same row: `selectRelated('author.company')` beside
 * `prefetchRelated('author.posts')` gives an author with both.
 *
 * @param joined how the row was joined, or undefined when it was not.
 */
function withJoined(present: unknown, prefetched: unknown, joined?: RelatedSelection): unknown {
  if (joined === undefined || !isRecord(present) || !isRecord(prefetched)) return prefetched
  const row: Record<string, unknown> = { ...present, ...prefetched }
  for (const deeper of joined.related) {
    const { name } = deeper.relation
    if (Object.hasOwn(prefetched, name)) row[name] = withJoined(present[name], prefetched[name], deeper)
  }
  return row
}
