import type { CompiledQuery, QueryResult } from 'kysely'
import { untilReplayed } from '../../connection/replayed.js'
import { UsageError } from '../../errors.js'
import { abortSignal, checkOptions, milliseconds, type OptionChecks } from '../../options.js'
import type { Replay } from '../../request.js'
import { abortable, type CallOptions } from '../abortable.js'
import { ChangedConnection, wrappingConnections } from '../changed-statements.js'
import type { SluiceConnection, StreamOptions } from '../connection.js'
import { bindingOf, handleOf, type KyselyHandle } from '../handle.js'
import { readRequestOf, signalOf } from '../read-request.js'
import { heldPosition } from './wal-position.js'

/** Options of {@link replayedTo}. */
export interface ReplayOptions {
  /** How long to wait for it, in milliseconds; a positive 32-bit integer. Default 5,000. */
  readonly timeoutMs?: number
}

/** Options of {@link waitForReplay}. */
export interface WaitOptions extends ReplayOptions, CallOptions {}

const DEFAULT_TIMEOUT_MS = 5000
const CHECKS: OptionChecks<ReplayOptions> = { timeoutMs: milliseconds }

/**
 * A Kysely instance for repositories and querysets whose reads wait, each on the connection that it then runs on, until the
 * server of that connection has replayed a position: they see what was committed before {@link walPosition} gave it.
 *
 * ```ts
 * const position = await walPosition(primary)
 * const mine = await orders.using(replayedTo(replica, position)).filter({ userId }).toArray()
 * ```
 *
 * So a pool may have connections to several standbys. A stream waits before its first row, {@link atomic} before it begins,
 * and `iterator()` on its own connection. A server that is no standby, or was promoted meanwhile, is not waited for. One
 * round trip more for each connection that is taken; the server is asked again after 1 ms, 2 ms and so on up to 100 ms.
 *
 * @throws {@link OptionError} for what is no position; {@link UsageError} for a transaction, whose snapshot may be older. Its
 * reads throw a {@link QueryError} of the code `REPLAY_TIMEOUT` that says how far behind the standby is; `atomic()` a
 * {@link TimeoutError} of that code.
 */
export function replayedTo(
  kysely: KyselyHandle,
  position: string,
  options: ReplayOptions = {},
): KyselyHandle {
  const { timeoutMs = DEFAULT_TIMEOUT_MS } = checkOptions(options, CHECKS, 'replayedTo')
  const replay = { position: heldPosition(position, 'replayedTo'), timeoutMs }
  const { isTransaction, signal } = bindingOf(kysely)
  if (isTransaction) throw inTransaction('replayedTo')
  // With its plugins: `withSchema` is one.
  const executor = wrappingConnections(kysely.getExecutor(), (given) => new ReplayedConnection(given, replay))
  return handleOf({ executor, isTransaction, signal, replay })
}

/**
 * Waits until a standby has replayed a position, at once where it has, or is none. For a pool whose connections lead to one
 * server, or a connection that is kept by `db.connection()`: {@link replayedTo} waits where the read runs.
 *
 * ```ts
 * await waitForReplay(replica, position, { timeoutMs: 2000, signal })
 * ```
 *
 * @throws {@link TimeoutError} of the code `REPLAY_TIMEOUT`, which says how far behind the standby is; {@link OptionError} for
 * what is no position; {@link UsageError} in a transaction, whose snapshot may be older; the reason of the signal.
 */
export async function waitForReplay(
  kysely: KyselyHandle,
  position: string,
  options: WaitOptions = {},
): Promise<void> {
  const checks = { ...CHECKS, signal: abortSignal }
  const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = checkOptions(options, checks, 'waitForReplay')
  const replay = { position: heldPosition(position, 'waitForReplay'), timeoutMs }
  const binding = bindingOf(kysely)
  await abortable(binding, signal && { signal }, (within) =>
    within.executor.provideConnection((given) =>
      // Our dialect's driver gives out no others.
      waitOn(given as SluiceConnection, replay, within.signal, 'waitForReplay'),
    ),
  )
}

/** A connection whose first statement waits. */
class ReplayedConnection extends ChangedConnection {
  readonly #replay: Replay
  #isReplayed = false

  constructor(given: SluiceConnection, replay: Replay) {
    super(given, {})
    this.#replay = replay
  }

  override async executeQuery<R>(query: CompiledQuery, ...options: []): Promise<QueryResult<R>> {
    if (!this.#isReplayed) await this.#wait(signalOf(query))
    return super.executeQuery<R>(query, ...options)
  }

  override async *streamQuery<R>(
    query: CompiledQuery,
    size: number,
    options?: StreamOptions,
  ): AsyncGenerator<QueryResult<R>> {
    if (!this.#isReplayed) await this.#wait(readRequestOf(query)?.stream?.signal ?? options?.signal)
    yield* super.streamQuery<R>(query, size, options)
  }

  async #wait(signal: AbortSignal | undefined): Promise<void> {
    await waitOn(this, this.#replay, signal, 'replayedTo')
    this.#isReplayed = true
  }
}

async function waitOn(
  { connection }: SluiceConnection,
  replay: Replay,
  signal: AbortSignal | undefined,
  method: string,
): Promise<void> {
  if (connection.status !== 'I') throw inTransaction(method)
  await untilReplayed(connection, replay, signal)
}

function inTransaction(method: string): UsageError {
  return new UsageError(
    `${method}() was given a transaction, which may see only what was there when it began: wait before it begins, as ` +
      'atomic(replayedTo(db, position), …) does.',
  )
}
