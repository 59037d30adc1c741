import type { QueryResult } from 'kysely'
import type { Connection } from '../../connection/connection.js'
import { prefetchLimit, queryLimit, type RoundTripLimit } from '../../connection/pipeline.js'
import { runStatement } from '../../connection/prepared/run-statement.js'
import type { FreeHandAnswer } from '../../pg/free-hand.js'
import * as protocol from '../../pg/protocol.js'
import { DecodedRows, NO_ROWS } from '../../rows/row-sink.js'
import { queryTimeoutOf, signalOf, statementOf, type ReadRequest, type Statement } from '../read-request.js'

/** How long a statement may take. */
export function queryLimitOf(connection: Connection, query: Statement): RoundTripLimit | undefined {
  return queryLimit(queryTimeoutOf(query) ?? connection.engine.limits.queryTimeoutMs, query.sql)
}

/** Runs a statement of a repository, which says how its rows are read. */
export async function executeRead<R>(
  connection: Connection,
  query: Statement,
  { reader, completes }: ReadRequest,
): Promise<QueryResult<R>> {
  // What belongs to a stream is sent behind its fetches, and cancelled with it.
  const stream = completes && [...connection.openPortals].find(({ request }) => request === completes.group)
  const limit = prefetchLimit(completes?.fetchTimeoutMs, query.sql) ?? queryLimitOf(connection, query)
  const { rows, command } = await runStatement(connection, statementOf(query, reader), {
    owner: stream ?? completes?.group ?? query,
    limit,
    signal: signalOf(query),
    early: completes !== undefined,
    sink: () => new DecodedRows(reader, completes?.budget),
  })
  // What the reader makes of the rows is what the query's type says.
  const result = { rows: rows as R[] }
  return command.startsWith('SELECT') ? result : { ...result, ...affectedBy(command) }
}

/** Runs a COPY with the messages that bring its rows. */
export async function executeCopy<R>(
  connection: Connection,
  query: Statement,
  data: Buffer,
): Promise<QueryResult<R>> {
  const limit = queryLimitOf(connection, query)
  const messages = () => [protocol.simpleQuery(query.sql)]
  const how = { limit, signal: signalOf(query) }
  const sending = { owner: query, sql: query.sql, messages, data, sink: NO_ROWS, ...how }
  const { command } = await connection.roundTrip(sending)
  return { rows: [], numAffectedRows: BigInt(/^COPY (\d+)$/.exec(command)?.[1] ?? 0) }
}

/** The word of a command's tag, and how many rows it says there were. */
export function countedBy(tag: string): Pick<FreeHandAnswer<unknown>, 'command' | 'rowCount'> {
  const [command = '', ...counts] = tag.split(' ')
  return { command, rowCount: Number(counts.at(-1) ?? 0) }
}

function affectedBy(tag: string): Pick<QueryResult<unknown>, 'numAffectedRows'> {
  return { numAffectedRows: BigInt(countedBy(tag).rowCount ?? 0) }
}
