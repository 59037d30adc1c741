import { OptionError, UsageError } from '../../errors.js'
import { callback, checkOptions, milliseconds, size, type OptionChecks } from '../../options.js'
import { elapsed } from '../../real-timers.js'

/** Whether to give way now. */
export type ThrottleFunction = () => boolean | Promise<boolean>

/** When a walk gives way before a batch. */
export interface ThrottleOptions {
  /**
   * While a replica has not replayed what was written this long ago, in milliseconds, as `pg_stat_replication` has it: for a
   * role with the rights of `pg_monitor`.
   */
  readonly maxLagMs?: number
  /** While a replica has more than this to replay, in bytes of WAL. */
  readonly maxLagBytes?: number
  /** While it says so. */
  readonly when?: ThrottleFunction
  /** How long each pause is, after which it is asked again, in milliseconds. Default 1,000. */
  readonly pauseMs?: number
  /** How often it is asked at most while the walk goes on, in milliseconds. Default 1,000. */
  readonly everyMs?: number
}

/** When a walk gives way, and for how long; a function alone stands for `{ when }`. */
export type Throttle = ThrottleOptions | ThrottleFunction

export type HeldThrottle = ThrottleOptions & { readonly pauseMs: number; readonly everyMs: number }

const CHECKS: OptionChecks<ThrottleOptions> = {
  maxLagMs: milliseconds,
  maxLagBytes: size,
  when: callback,
  pauseMs: milliseconds,
  everyMs: milliseconds,
}

/** @throws {@link OptionError} */
export function heldThrottle(given: Throttle): HeldThrottle {
  const options = typeof given === 'function' ? { when: given } : checkOptions(given, CHECKS, 'throttle')
  const { when, maxLagMs, maxLagBytes, pauseMs = 1000, everyMs = 1000 } = options
  if (when === undefined && maxLagMs === undefined && maxLagBytes === undefined)
    throw new OptionError(
      'throttle of walk() says nothing to give way to: give when, maxLagMs or maxLagBytes.',
    )
  return { ...options, pauseMs, everyMs }
}

/** How far the server has written, and what of it every replica has replayed, as numbers of bytes. */
const LAG = `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::text AS written,
  (SELECT min(pg_wal_lsn_diff(replay_lsn, '0/0'))::text FROM pg_stat_replication
   WHERE state IN ('streaming', 'catchup')) AS replayed,
  EXISTS (SELECT FROM pg_stat_replication WHERE state IS NULL) AS is_hidden`

interface Written {
  readonly upTo: number
  readonly at: number
}

/** What runs a statement in the database of the walk. */
interface Asked {
  ask<Row>(sql: string, parameters?: readonly unknown[]): Promise<readonly Row[]>
}

/** Says when a walk is to give way. */
export class Gate {
  readonly #throttle: HeldThrottle
  readonly #store: Asked
  #askedAt = -Infinity
  /** What had been written at a time and is not replayed yet, the oldest first. */
  #written: Written[] = []

  constructor(throttle: HeldThrottle, store: Asked) {
    this.#throttle = throttle
    this.#store = store
  }

  get pauseMs(): number {
    return this.#throttle.pauseMs
  }

  /** Whether to give way; `again` after a pause. */
  async isClosed(again: boolean): Promise<boolean> {
    const now = elapsed()
    if (!again && now - this.#askedAt < this.#throttle.everyMs) return false
    this.#askedAt = now
    const { when, maxLagMs, maxLagBytes } = this.#throttle
    if (when !== undefined && (await when())) return true
    if (maxLagMs === undefined && maxLagBytes === undefined) return false
    const { ms, bytes } = await this.#lag()
    return ms > (maxLagMs ?? Infinity) || bytes > (maxLagBytes ?? Infinity)
  }

  /** By our own clock: what the server has as `replay_lag` stands still with a replica that stands still. */
  async #lag(): Promise<{ ms: number; bytes: number }> {
    const [lag] = await this.#store.ask<{ written: string; replayed: string | null; is_hidden: boolean }>(LAG)
    if (lag?.is_hidden === true) {
      throw new UsageError(
        'throttle of walk() cannot see how far replicas lag: pg_stat_replication shows it to roles with the rights of ' +
          'pg_monitor alone. Grant them, or give a function as when.',
      )
    }
    const now = elapsed()
    const written = Number(lag?.written ?? 0)
    const replayed = Number(lag?.replayed ?? written)
    this.#written = [...this.#written.filter(({ upTo }) => upTo > replayed), { upTo: written, at: now }]
    if (replayed >= written) return { ms: 0, bytes: 0 }
    return { ms: now - (this.#written[0]?.at ?? now), bytes: written - replayed }
  }
}
