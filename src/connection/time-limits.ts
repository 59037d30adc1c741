import { checkOptions, milliseconds, type OptionChecks } from '../options.js'

/** How long each wait may take, in milliseconds; positive 32-bit integers. */
export interface TimeLimits {
  /** For a free connection. Default 30,000. */
  readonly acquireTimeoutMs?: number
  /**
   * For a new connection to be made, logged in and ready; then its socket is destroyed. Default 15,000. A pool with a
   * `connectionTimeoutMillis` of its own keeps that.
   */
  readonly connectTimeoutMs?: number
  /**
   * For closing a portal, committing or rolling back a stream's transaction, for a cancelled query to end, and for
   * connections that are still in use when the database is closed; then the connection's socket is destroyed. Default
   * 5,000.
   */
  readonly closeTimeoutMs?: number
  /**
   * For any statement that is not a fetch of a stream, free-hand SQL, BEGIN and COMMIT among them, from when it is sent;
   * then it is cancelled on the server, and where that does not end it within `closeTimeoutMs`, its connection is cut.
   * Default: as long as it takes.
   */
  readonly queryTimeoutMs?: number
  /**
   * For a sign of life while the server owes an answer. Past it the server is asked for one over a connection of its own,
   * and where none comes within `connectTimeoutMs`, or what was sent is not even acknowledged, the connection is cut; a
   * server that is at work may take as long as it needs. Default 60,000.
   */
  readonly silenceTimeoutMs?: number
  /**
   * For one fetch of a stream; then the query is cancelled on the server. Default: as long as it takes. The option of `aiterator` and `iterator` of the same name comes first.
   */
  readonly fetchTimeoutMs?: number
  /**
   * For the loop over a stream to take its next row; then the stream is ended and its connection freed. Default: as
   * long as it takes. The option of `aiterator` and `iterator` of the same name comes first.
   */
  readonly idleTimeoutMs?: number
  /**
   * How long the worker thread of `iterator()` is kept for the next iteration; then it ends with its connections.
   * Default 30,000.
   */
  readonly workerIdleTimeoutMs?: number
}

/** The limits that hold: undefined for none. */
export type HeldLimits = Required<Omit<TimeLimits, Unlimited>> & {
  readonly [name in Unlimited]: number | undefined
}

type Unlimited = 'queryTimeoutMs' | 'fetchTimeoutMs' | 'idleTimeoutMs'

const DEFAULTS: HeldLimits = {
  acquireTimeoutMs: 30_000,
  connectTimeoutMs: 15_000,
  closeTimeoutMs: 5_000,
  queryTimeoutMs: undefined,
  silenceTimeoutMs: 60_000,
  fetchTimeoutMs: undefined,
  idleTimeoutMs: undefined,
  workerIdleTimeoutMs: 30_000,
}

// Object.keys leaves the types of keys out.
const NAMES = Object.keys(DEFAULTS) as (keyof TimeLimits)[]
const CHECKS = Object.fromEntries(NAMES.map((name) => [name, milliseconds])) as OptionChecks<TimeLimits>

/** @throws {@link OptionError} for a limit that is not a positive 32-bit integer. */
export function heldLimits(settings: TimeLimits): HeldLimits {
  return { ...DEFAULTS, ...checkOptions(timeLimitsOf(settings), CHECKS) }
}

/** The time limits among other settings. */
export function timeLimitsOf(settings: {
  readonly [name in keyof TimeLimits]?: number | undefined
}): TimeLimits {
  return Object.fromEntries(
    NAMES.filter((name) => settings[name] !== undefined).map((name) => [name, settings[name]]),
  )
}

/** The settings without the time limits among them. */
export function withoutTimeLimits<T extends TimeLimits>(settings: T): Omit<T, keyof TimeLimits> {
  const others: T = { ...settings }
  for (const name of NAMES) delete others[name]
  return others
}
