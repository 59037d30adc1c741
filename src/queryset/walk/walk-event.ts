import { channel } from 'node:diagnostics_channel'
import { elapsed } from '../../real-timers.js'
import type { WalkStatus } from './store.js'

/** What has happened to a walk. */
export type WalkEventType =
  /** It was begun, or gone on with. */
  | ('started' | 'resumed')
  /** A batch is committed. */
  | 'batch'
  /** It gives way, as `throttle` says; once for each pause, however long. */
  | 'throttled'
  /** A batch has failed, and is run again, is halved, or was one row that is left out. */
  | ('retried' | 'halved' | 'skipped')
  /** It has ended: by its signal, by its last row or by an error. */
  | ('interrupted' | 'completed' | 'failed')

/** How far a walk is, for `onEvent` and for those who listen to the channel `sluice:walk`. */
export interface WalkEvent {
  /** What has happened. */
  readonly type: WalkEventType
  /** The name of the walk. */
  readonly name: string
  /** Rows that are done, of all runs together. */
  readonly rows: number
  /** Batches that are done, of all runs together. */
  readonly batches: number
  /** Rows that were left out, of all runs together. */
  readonly skipped: number
  /** How many rows the planner expected when the walk was begun; it may be far off. */
  readonly estimate: number
  /** Of this run. */
  readonly rowsPerSecond: number
  /** Since this run began, in milliseconds. */
  readonly elapsedMs: number
  /** What it goes on behind. */
  readonly checkpoint: string
  /** What was thrown, if anything was. */
  readonly error?: unknown
}

const walks = channel('sluice:walk')

/** Tells what happens in one run of a walk. */
export class WalkReport {
  readonly #listener: ((event: WalkEvent) => void) | undefined
  readonly #startedAt = elapsed()
  readonly #rowsBefore: number
  #status: WalkStatus

  constructor(status: WalkStatus, listener: ((event: WalkEvent) => void) | undefined) {
    this.#status = status
    this.#rowsBefore = status.rows
    this.#listener = listener
  }

  /** How far it is, as far as is known here. */
  get status(): WalkStatus {
    return this.#status
  }

  tell(
    type: WalkEventType,
    { status = this.#status, ...more }: { status?: WalkStatus; error?: unknown } = {},
  ): void {
    this.#status = status
    if (this.#listener === undefined && !walks.hasSubscribers) return
    const { name, rows, batches, skipped, estimate, checkpoint } = status
    const elapsedMs = elapsed() - this.#startedAt
    const rowsPerSecond = elapsedMs > 0 ? ((rows - this.#rowsBefore) / elapsedMs) * 1000 : 0
    const event = {
      type,
      name,
      rows,
      batches,
      skipped,
      estimate,
      rowsPerSecond,
      elapsedMs,
      checkpoint,
      ...more,
    }
    walks.publish(event)
    this.#listener?.(event)
  }
}
