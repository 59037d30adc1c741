import type { CompiledQuery } from 'kysely'
import type { RowReader } from '../row/row-reader.js'

const READ = Symbol('sluice.read')

/**
 * How a queryset's statement is read: carried on the compiled query through Kysely's executor to our connection,
 * which is the only one to look at it. Statements without it are free-hand.
 */
export interface ReadRequest {
  readonly reader: RowReader
  readonly stream?: StreamRequest
  /** Belongs to the stream that is open on the connection. */
  readonly duringStream?: true
}

/** What a stream needs beyond the statement. */
export interface StreamRequest {
  /** Rows per fetch; undefined: few at first, then as many as a budget of bytes allows. */
  readonly chunkSize: number | undefined
  readonly readOnly: boolean
  /** The chunks are prefetched for: on one snapshot, and on a connection that stays until the last is done. */
  readonly prefetches: boolean
  readonly signal: AbortSignal | undefined
  /** Called when the stream has let go of its connection, whoever ended it. */
  readonly onClosed: () => void
}

/** A compiled query with its read request attached. */
export function withReadRequest(query: CompiledQuery, read: ReadRequest): CompiledQuery {
  return Object.freeze({ ...query, [READ]: read })
}

export function readRequestOf(query: CompiledQuery): ReadRequest | undefined {
  return (query as { [READ]?: ReadRequest })[READ]
}
