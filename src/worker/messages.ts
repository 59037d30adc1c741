import type { MessagePort } from 'node:worker_threads'
import type { IterationRequest, StatementRequest } from '../request.js'
import type { HeldRetry } from '../connection/retry.js'
import type { TimeLimits } from '../connection/time-limits.js'
import type { WorkerSession } from '../connection/worker-session.js'
import type { RawChunk } from './raw-rows.js'
import type { WireError } from './wire-error.js'

/** What the worker is started with. */
export interface WorkerSettings {
  /** pg's connection settings, as far as they can be cloned. */
  readonly connection: Record<string, unknown>
  /** What applies where neither these nor the environment say anything: the worker has a pg of its own. */
  readonly defaults: Record<string, unknown>
  readonly limits: TimeLimits
  readonly retry: HeldRetry
  /** What a stream waits for a lock, in milliseconds; undefined: as the pool's settings say. */
  readonly lockTimeoutMs: number | undefined
  /** How each new connection is set up. */
  readonly workerSession: WorkerSession | undefined
  /** The worker's pulse: see {@link HEARTBEAT}. */
  readonly pulse: SharedArrayBuffer
  /** Where it says why it ends. */
  readonly watchdog: MessagePort
}

/** Index into `pulse`: a counter that grows while the worker's event loop turns. */
export const HEARTBEAT = 0

/** How often the worker's heart beats, in milliseconds. */
export const HEARTBEAT_MS = 50

/** To the worker: a new stream, with a port of its own. */
export interface OpenMessage {
  readonly type: 'open'
  readonly request: IterationRequest
  readonly port: MessagePort
  /** Counts the answers on the port; the waiting thread sleeps on it. */
  readonly answers: SharedArrayBuffer
}

/** To the worker: end all streams and exit. */
export interface ShutdownMessage {
  readonly type: 'shutdown'
}

/** Asks for the next chunk, and gives back the memory of one that has been read. */
export interface NextRequest {
  readonly spent: ArrayBuffer | undefined
}

/** Statements whose rows complete others, and do not depend on each other. */
export interface RelatedRequest {
  readonly statements: readonly StatementRequest[]
  /** Bytes of rows, of all of them, above which none are wanted. */
  readonly mostBytes: number
}

/**
 * On a stream's port, to the worker: the first chunk is sent unasked, each further one when it is asked for. Statements
 * run on the stream's own connection, between two chunks; each is answered by a chunk.
 */
export type StreamRequestMessage = NextRequest | 'close' | RelatedRequest

/** On a stream's port, from the worker. */
export type StreamAnswer =
  | ({ readonly type: 'chunk' } & RawChunk)
  | { readonly type: 'end' }
  | {
      readonly type: 'error'
      /** Whether a fetch failed, or the query that was asked for. */
      readonly of: 'stream' | 'query'
      readonly error: WireError
    }
