import { CompiledQuery } from 'kysely'
import { OptionError, UsageError } from '../../errors.js'
import { abortable, type CallOptions } from '../abortable.js'
import type { SluiceConnection } from '../connection.js'
import { bindingOf, type KyselyHandle } from '../handle.js'
import { withOwnValues } from '../read-request.js'

/**
 * Where the last record ends. What is not flushed at COMMIT is told by where the next record is to begin, which may be
 * behind the header of a page that has nothing else yet.
 */
const POSITION = `
  select case
    when pg_catalog.pg_is_in_recovery() then coalesce(pg_catalog.pg_last_wal_replay_lsn(), '0/0')
    when pg_catalog.current_setting('synchronous_commit') <> 'off' then pg_catalog.pg_current_wal_flush_lsn()
    else (
      select next - case
          when at % pg_catalog.pg_size_bytes(pg_catalog.current_setting('wal_segment_size')) = 40 then 40
          when at % pg_catalog.current_setting('wal_block_size')::int8 = 24 then 24
          else 0
        end::numeric
      from (select pg_catalog.pg_current_wal_insert_lsn() as next) as record,
        pg_catalog.pg_wal_lsn_diff(next, '0/0') as at
    )
  end::text as position`

const LSN = /^[0-9a-f]{1,8}\/[0-9a-f]{1,8}$/i

/**
 * How far a server has written its log, such as `16/B374D848`: a standby that has replayed it has all that was committed
 * before. For {@link replayedTo} and {@link waitForReplay}. A string that says nothing of what was written, to be kept in a
 * session or a cookie.
 *
 * ```ts
 * await orders.create(order)
 * const position = await walPosition(primary)
 * ```
 *
 * One round trip: `SELECT pg_current_wal_flush_lsn()`, or `pg_current_wal_insert_lsn()` where `synchronous_commit` is off. On
 * a standby what it has replayed: reads that come later, elsewhere, then see no less than those before.
 *
 * @throws {@link UsageError} in a transaction, which is not committed yet; the reason of the signal.
 */
export function walPosition(kysely: KyselyHandle, options?: CallOptions): Promise<string> {
  const binding = bindingOf(kysely)
  return abortable(binding, options, ({ executor }) =>
    executor.provideConnection(async (given) => {
      // Our dialect's driver gives out no others.
      if (binding.isTransaction || (given as SluiceConnection).status !== 'I') {
        throw new UsageError(
          'walPosition() was given a transaction, whose COMMIT is not written yet: call it when that is over.',
        )
      }
      const query = withOwnValues(CompiledQuery.raw(POSITION))
      const { rows } = await given.executeQuery<{ position: string }>(query)
      return rows[0]?.position ?? '0/0'
    }),
  )
}

/** @throws {@link OptionError} */
export function heldPosition(position: unknown, method: string): string {
  if (typeof position === 'string' && LSN.test(position)) return position
  throw new OptionError(
    `The position of ${method}() must be one of walPosition(), such as '16/B374D848', not ${typeof position === 'string' ? 'this text' : `of type ${typeof position}`}.`,
  )
}
