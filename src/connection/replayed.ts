import { setTimeout as sleep } from 'node:timers/promises'
import { TimeoutError } from '../errors.js'
import { sqlStateOf } from '../pg/database-error.js'
import { queryMessages } from '../pg/protocol.js'
import { elapsed } from '../real-timers.js'
import type { Replay } from '../request.js'
import { TextRows } from '../rows/text-rows.js'
import type { Connection } from './connection.js'
import type { RoundTripLimit } from './pipeline.js'
import { serverName } from './lost/at-server.js'

const LONGEST_PAUSE_MS = 100

/** A server that is none that follows another, or was promoted, has all that it will ever have. */
const ASK = `select case when pg_catalog.pg_is_in_recovery() then 't' else 'f' end,
  coalesce(pg_catalog.pg_last_wal_replay_lsn(), '0/0')::text,
  coalesce(pg_catalog.pg_wal_lsn_diff($1::pg_catalog.pg_lsn, pg_catalog.pg_last_wal_replay_lsn()), 1)::text,
  coalesce(pg_catalog.pg_wal_lsn_diff($1::pg_catalog.pg_lsn, pg_catalog.pg_last_wal_receive_lsn()), 1)::text`

/** How far a standby is. */
interface Progress {
  readonly isThere: boolean
  readonly at: string
  readonly bytesBehind: number
  readonly hasReceived: boolean
}

/**
 * Waits until the server of a connection has replayed a position.
 *
 * @throws {@link TimeoutError} `REPLAY_TIMEOUT`; the signal's reason; what the connection meets.
 */
export async function untilReplayed(
  connection: Connection,
  replay: Replay,
  signal: AbortSignal | undefined,
): Promise<void> {
  const until = elapsed() + replay.timeoutMs
  let last: Progress | undefined
  for (let pause = 1; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
    signal?.throwIfAborted()
    const left = until - elapsed()
    const error = () => tooLate(connection, replay, last)
    if (left <= 0) throw error()
    try {
      last = await progress(connection, replay, { ms: Math.ceil(left), error }, signal)
      if (last.isThere) return
    } catch (failure) {
      signal?.throwIfAborted()
      // What asks may itself be in the way of what is replayed.
      if (connection.isLost || sqlStateOf(failure) !== '40001') throw failure
    }
    // The signal says below by what it was aborted.
    await sleep(Math.max(1, Math.min(pause, until - elapsed())), undefined, signal && { signal }).catch(
      () => {},
    )
  }
}

async function progress(
  connection: Connection,
  replay: Replay,
  limit: RoundTripLimit,
  signal: AbortSignal | undefined,
): Promise<Progress> {
  const sink = new TextRows()
  await connection.roundTrip({
    ...{ owner: replay, sql: ASK, sink, limit },
    messages: () => queryMessages(ASK, [replay.position], []),
    ...(signal && { signal }),
  })
  const [isStandby, at = '', toReplay, toReceive] = sink.take()[0] ?? []
  const bytesBehind = Number(toReplay)
  const isThere = isStandby === 'f' || bytesBehind <= 0
  return { isThere, at, bytesBehind, hasReceived: Number(toReceive) <= 0 }
}

function tooLate(
  { session }: Connection,
  { position, timeoutMs }: Replay,
  last: Progress | undefined,
): TimeoutError {
  const where = last === undefined ? 'it did not answer' : lag(last)
  return new TimeoutError(
    'REPLAY_TIMEOUT',
    `The standby at ${serverName(session)} has not replayed ${position} within ${timeoutMs} ms (timeoutMs): ${where}. ` +
      'Read from the primary, or wait longer.',
  )
}

function lag({ at, bytesBehind, hasReceived }: Progress): string {
  const why = hasReceived
    ? 'has received it, so that a query there or a pause is in its way'
    : 'has not received it'
  return `it is at ${at}, ${bytesBehind} bytes behind, and ${why}`
}
