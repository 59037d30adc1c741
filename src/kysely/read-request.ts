import type { CompiledQuery } from 'kysely'
import { version } from '../copies.js'
import type { IterationRequest, Parameter, StatementRequest } from '../request.js'
import type { ByteBudget } from '../rows/byte-budget.js'
import type { RowReader } from '../rows/row-reader.js'

const READ = Symbol.for(`sluice.read@${version}`)
const COPY = Symbol.for(`sluice.copy@${version}`)
const QUERY_TIMEOUT = Symbol.for(`sluice.query-timeout@${version}`)
const SIGNAL = Symbol.for(`sluice.signal@${version}`)
const OWN_VALUES = Symbol.for(`sluice.own-values@${version}`)
const SETTINGS = Symbol.for(`sluice.settings@${version}`)

/**
 * How a queryset's statement is read: carried on the compiled query through Kysely's executor to our connection,
 * which is the only one to look at it. Statements without it are free-hand.
 */
export interface ReadRequest {
  readonly reader: RowReader
  readonly stream?: StreamedRead
  /** Completes rows that were read before, on the connection that a stream of them may be open on. */
  readonly completes?: Completion
}

/** How rows that belong to others are read. */
export interface Completion {
  readonly fetchTimeoutMs: number | undefined
  readonly budget: ByteBudget
  /** What they are sent with: the request of the stream that they belong to, or anything that is theirs alone. */
  readonly group: object
}

/** What a stream needs beside the reader. */
export interface StreamedRead {
  readonly request: IterationRequest
  readonly signal: AbortSignal
  /** Called when the stream has let go of its connection, whoever ended it. */
  readonly onClosed: () => void
}

/** Of a compiled query what is sent. */
export type Statement = Pick<CompiledQuery, 'sql' | 'parameters'>

/** A compiled query with its read request attached. */
export function withReadRequest(query: CompiledQuery, read: ReadRequest): CompiledQuery {
  // Of a shape that V8 knows, for each statement that runs: a copy with a symbol, frozen, would be a dictionary.
  const { sql, parameters, query: node, queryId } = query
  return { sql, parameters, query: node, queryId, [READ]: read } as CompiledQuery
}

export function readRequestOf(query: Statement): ReadRequest | undefined {
  // A property of ours, if it has one.
  return (query as { [READ]?: ReadRequest })[READ]
}

/** A `COPY … FROM STDIN` with the messages that bring its rows, which nobody who prints the query is to see. */
export function withCopyData(query: CompiledQuery, data: Buffer): CompiledQuery {
  return Object.freeze({ ...query, [COPY]: () => data })
}

export function copyDataOf(query: Statement): Buffer | undefined {
  // A property of ours, if it has one.
  return (query as { [COPY]?: () => Buffer })[COPY]?.()
}

/** A compiled query with a time limit of its own. */
export function withQueryTimeout(query: CompiledQuery, ms: number): CompiledQuery {
  return Object.freeze({ ...query, [QUERY_TIMEOUT]: ms })
}

export function queryTimeoutOf(query: Statement): number | undefined {
  // A property of ours, if it has one.
  return (query as { [QUERY_TIMEOUT]?: number })[QUERY_TIMEOUT]
}

/** A compiled query that is cancelled when a signal is aborted; undefined for one that runs whatever a call is given. */
export function withSignal(query: CompiledQuery, signal: AbortSignal | undefined): CompiledQuery {
  return Object.freeze({ ...query, [SIGNAL]: signal })
}

/** Whether it was said by what a query is cancelled. */
export function hasSignal(query: Statement): boolean {
  return SIGNAL in query
}

export function signalOf(query: Statement): AbortSignal | undefined {
  // A property of ours, if it has one.
  return (query as { [SIGNAL]?: AbortSignal })[SIGNAL]
}

/** A compiled query whose values are ours, whatever those of free-hand SQL are. */
export function withOwnValues(query: CompiledQuery): CompiledQuery {
  return Object.freeze({ ...query, [OWN_VALUES]: true })
}

export function hasOwnValues(query: Statement): boolean {
  return OWN_VALUES in query
}

/** A compiled query of a `withSettings()`. */
export function withSettingsScope(query: CompiledQuery, scope: object): CompiledQuery {
  return Object.freeze({ ...query, [SETTINGS]: scope })
}

export function settingsScopeOf(query: Statement): object | undefined {
  // A property of ours, if it has one.
  return (query as { [SETTINGS]?: object })[SETTINGS]
}

/** A queryset's statement as it is sent. Its parameters were encoded when it was compiled. */
export function statementOf({ sql, parameters }: Statement, { formats }: RowReader): StatementRequest {
  return { sql, parameters: parameters as readonly Parameter[], formats }
}
