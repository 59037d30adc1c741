import { asError } from '../../errors.js'
import { isDatabaseError } from '../../pg/database-error.js'
import { isOfPreparedAlone, StatementUse } from '../../pg/prepared/statement-use.js'
import { queryMessages } from '../../pg/protocol.js'
import type { StatementRequest } from '../../request.js'
import type { RowSink } from '../../rows/row-sink.js'
import type { Connection } from '../connection.js'
import type { Sending } from '../pipeline.js'

/** What ran, and what came of it. */
export interface StatementResult<C> {
  readonly rows: C
  /** How the server names what it did, such as `INSERT 0 1`. */
  readonly command: string
}

/** Who runs a statement, and within what. */
export interface StatementRun<C> extends Pick<Sending, 'owner' | 'limit' | 'signal' | 'early'> {
  /** Makes what takes the rows. */
  readonly sink: () => RowSink<C>
}

/**
 * Runs a statement of a repository to its end, prepared where that pays and can be. What a change of the database has made
 * of a statement that was prepared before is not the caller's to know: outside a transaction it is sent once more, unnamed,
 * since nothing of it was executed. In a transaction, which that has aborted, the error says that it may be repeated.
 */
export async function runStatement<C>(
  connection: Connection,
  request: StatementRequest,
  { owner, limit, signal, early = false, sink: makeSink }: StatementRun<C>,
): Promise<StatementResult<C>> {
  const { engine, session } = connection
  const { sql, parameters, formats } = request
  const run = async (sink: RowSink<C>, how: Pick<Sending, 'messages' | 'listener'>) => {
    const { command } = await connection.roundTrip({
      owner,
      sql,
      parameters,
      sink,
      limit,
      signal,
      early,
      ...how,
    })
    return { rows: sink.take(), command }
  }
  const unnamed = { messages: () => queryMessages(sql, parameters, formats) }
  if (engine.preparing === undefined) return run(makeSink(), unnamed)
  const sink = makeSink()
  const use = new StatementUse(session.prepared, engine.preparing, request, sink)
  try {
    return await run(sink, { messages: () => use.messages(), listener: use })
  } catch (thrown) {
    const error = asError(thrown)
    if (!isDatabaseError(error) || !use.refusedBy(error)) throw error
    if (connection.status !== 'I')
      throw isOfPreparedAlone(error) ? Object.assign(error, { isUndone: true }) : error
  }
  return run(makeSink(), unnamed)
}
