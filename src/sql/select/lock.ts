import { sql, type RawBuilder } from 'kysely'
import { lockTargets } from '../../query/select-for-update.js'
import type { QueryState, RelatedSelection } from '../../query/state.js'

const WAITING = { wait: '', noWait: ' nowait', skipLocked: ' skip locked' } as const

/** `FOR UPDATE OF "users" SKIP LOCKED`, or undefined without a lock. */
export function lockClause(
  state: QueryState,
  aliasOf: (target: 'self' | RelatedSelection) => string,
): RawBuilder<unknown> | undefined {
  const { lock } = state
  if (lock === undefined) return undefined
  const targets = lockTargets(state, lock)?.map((target) => sql.id(aliasOf(target)))
  const of = targets === undefined ? sql`` : sql` of ${sql.join(targets)}`
  return sql`${sql.raw(`for ${lock.strength}`)}${of}${sql.raw(WAITING[lock.waiting])}`
}
