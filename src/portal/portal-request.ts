import type { RowSink } from '../rows/row-sink.js'
import type { Progress } from './idle-watch.js'
import type { Parameter } from '../pg/protocol.js'

/** What a portal reads, and how. */
export interface PortalRequest<C> {
  readonly sql: string
  readonly parameters: readonly Parameter[]
  /** Result formats by column, 0 text and 1 binary; empty for text throughout. */
  readonly formats: readonly number[]
  /** Where the rows go as they come in, and who hands them out a fetch at a time. */
  readonly sink: RowSink<C>
  /** Rows per fetch; undefined: see `FetchSize`. */
  readonly chunkSize: number | undefined
  /** The statements that open the portal's own transaction when the connection is not in one. */
  readonly begin: readonly string[]
  /** Nothing is written, so that a stream left early has nothing to lose. */
  readonly readOnly: boolean
  /** Fetch the next chunk while the consumer works on the last. */
  readonly readAhead: boolean
  /** Keep the transaction open after the last chunk, until the consumer asks for more. */
  readonly lingers: boolean
  readonly signal: AbortSignal | undefined
  /** See `TimeLimits`; undefined: as the engine's. */
  readonly fetchTimeoutMs?: number | undefined
  readonly idleTimeoutMs?: number | undefined
  /** Counts the rows that the loop has received; without it a chunk counts as a whole. */
  readonly progress?: Progress | undefined
  /** Called once when the portal is closed, whoever closed it. */
  readonly onClosed?: () => void
}
