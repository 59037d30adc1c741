import type { CompiledQuery } from 'kysely'
import type { RowReader } from '../rows/row-reader.js'
import type { Progress } from '../portal/idle-watch.js'

const READ = Symbol('sluice.read')

/**
 * How a queryset's statement is read: carried on the compiled query through Kysely's executor to our connection,
 * which is the only one to look at it. Statements without it are free-hand.
 */
export interface ReadRequest {
  readonly reader: RowReader
  readonly stream?: StreamRequest
  /** Completes rows that were read before, on the connection that a stream of them may be open on. */
  readonly completes?: { readonly fetchTimeoutMs: number | undefined }
}

/** What a stream needs beyond the statement. */
export interface StreamRequest {
  /** Rows per fetch; undefined: few at first, then as many as a budget of bytes allows. */
  readonly chunkSize: number | undefined
  readonly readOnly: boolean
  /** The chunks are prefetched for: on one snapshot, and on a connection that stays until the last is done. */
  readonly prefetches: boolean
  readonly signal: AbortSignal | undefined
  readonly fetchTimeoutMs: number | undefined
  readonly idleTimeoutMs: number | undefined
  readonly progress: Progress
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
