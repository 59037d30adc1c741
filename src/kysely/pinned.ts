import type { Binding } from './handle.js'
import { OtherEngine } from './others/engine.js'

/**
 * Whether a Kysely instance has one connection, that of `db.connection()`, and does not take one from the pool for each
 * query: asked at once, without taking any. Kysely asks our driver for a connection before it waits for anything, and
 * gives one that it has in the same way; if it does neither, what it has is in use. On another dialect it may be: who is
 * given the connection sees.
 */
export function isPinned({
  executor,
  engine,
  isTransaction,
}: Pick<Binding, 'executor' | 'engine' | 'isTransaction'>): boolean {
  if (engine instanceof OtherEngine) return true
  if (isTransaction || engine.leases === 0 || engine.isClosed) return isTransaction
  let isGiven = false
  engine.isProbed = true
  executor
    .provideConnection(() => {
      isGiven = true
      return Promise.resolve()
    })
    .catch(() => {})
  const wasAsked = !engine.isProbed
  engine.isProbed = false
  return isGiven || !wasAsked
}
