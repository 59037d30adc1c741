import { ConnectionError } from '../errors.js'
import { elapsed } from '../real-timers.js'
import type { Engine } from '../connection/engine.js'
import type { Binding } from '../kysely/handle.js'
import { withConnection } from '../kysely/with-connection.js'
import type { QueryState } from '../query/state.js'
import { eachOnItsOwn, refusing, runOn, Writer, type Run } from './writer.js'

/** What holds statements together: how that begins and ends, and how what was done until a failure is undone. */
interface Bounds {
  readonly begin?: string
  readonly end?: string
  readonly undo: readonly string[]
}

const NONE: Bounds = { undo: [] }

const OWN: Bounds = { begin: 'begin', end: 'commit', undo: ['rollback'] }

const SAVEPOINT: Bounds = {
  begin: 'savepoint sluice_write',
  end: 'release sluice_write',
  undo: ['rollback to sluice_write', 'release sluice_write'],
}

/** There is no such savepoint, so that going back to it fails and the server refuses to commit what is incomplete. */
const CALLERS: Bounds = { undo: ['rollback to "before an incomplete bulk write"'] }

/** Statements that belong together, over one connection. */
type Work<T> = (writer: Writer) => Promise<T>

/**
 * Runs statements that take effect together: in the transaction that the binding is in, or in one of their own.
 *
 * Within the caller's transaction a failure half-way, the server's or not, leaves nothing to do but to roll back.
 *
 * On a connection that is shared with others, one of a transaction or a pinned one, every statement takes its turn, so
 * that a stream on it can go on between them.
 */
export async function atomically<T>(binding: Binding, state: QueryState, work: Work<T>): Promise<T> {
  const inTurn = eachOnItsOwn(binding)
  const { engine } = binding
  if (binding.isTransaction) return within(CALLERS, inTurn, engine, state, work)
  const asked = elapsed()
  const finish = await withConnection(binding, async (connection, isPinned) => {
    if (isPinned) {
      const bounds = connection.status === 'I' ? OWN : CALLERS
      return () => within(bounds, inTurn, engine, state, work)
    }
    const result = await within(OWN, runOn(connection, elapsed() - asked), engine, state, work)
    return () => result
  }).catch((error: unknown) => {
    // There was none to be had.
    if (!(error instanceof ConnectionError)) throw error
    return () => within(OWN, refusing(error, elapsed() - asked), engine, state, work)
  })
  return finish()
}

/** Runs work in a savepoint where there is a transaction, so that its failure leaves the transaction usable. */
export function inSavepoint<T>(binding: Binding, state: QueryState, work: Work<T>): Promise<T> {
  return withConnection(binding, (connection) =>
    within(connection.status === 'I' ? NONE : SAVEPOINT, runOn(connection), binding.engine, state, work),
  )
}

async function within<T>(
  { begin, end, undo }: Bounds,
  run: Run,
  engine: Engine,
  state: QueryState,
  work: Work<T>,
): Promise<T> {
  let isBegun = false
  const writer = new Writer(engine, state, async (query, trace) => {
    const result = await run(query, trace)
    isBegun = true
    return result
  })
  if (begin !== undefined) await writer.control(begin)
  let result: T
  try {
    result = await work(writer)
  } catch (error) {
    try {
      if (isBegun) for (const statement of undo) await writer.undo(statement)
    } catch {
      // Refused as it should be, or the connection is lost and all with it: the first error says why.
    }
    throw error
  }
  // A deferred constraint speaks up only now.
  if (end !== undefined) await writer.control(end)
  return result
}
