import { asError } from '../errors.js'
import { SelectQueryNode, type CompiledQuery, type DatabaseConnection, type QueryResult } from 'kysely'
import { breathe, isBreathDue } from '../breath.js'
import type { Connection } from '../connection/connection.js'
import { droppedStream, forgetDropped, watchDropped } from '../connection/dropped.js'
import type { Engine } from '../connection/engine.js'
import { prefetchLimit } from '../connection/pipeline.js'
import { isDatabaseError } from '../pg/database-error.js'
import { freeHandParameter, freeHandResult, refuseAsCommit, runFreeHand } from '../pg/free-hand.js'
import * as protocol from '../pg/protocol.js'
import type { TransactionStatus } from '../pg/session.js'
import { Portal } from '../portal/portal.js'
import type { IterationRequest } from '../request.js'
import { describedRowReader } from '../rows/described-row-reader.js'
import type { Field } from '../rows/field.js'
import type { RowReader } from '../rows/row-reader.js'
import { DecodedRows, DescribedColumns } from '../rows/row-sink.js'
import { readRequestOf, statementOf, type ReadRequest, type StreamedRead } from './read-request.js'

/** Rows that Kysely hands out at a time. */
const SLICE = 1000

/** What a stream opens, and for free-hand SQL is to be closed should its iterator be dropped. */
interface Opened {
  portal?: Portal<unknown>
}

/** A connection as Kysely's executor uses it: for querysets, which say how they are read, and for free-hand SQL. */
export class SluiceConnection implements DatabaseConnection {
  readonly connection: Connection

  constructor(connection: Connection) {
    this.connection = connection
  }

  get status(): TransactionStatus {
    return this.connection.status
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const read = readRequestOf(query)
    if (read?.completes === undefined) this.connection.refuseDuringStream(query.sql)
    return read === undefined ? this.#executeFreeHand<R>(query) : this.#executeRead<R>(query, read)
  }

  streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    const { reader, stream } = readRequestOf(query) ?? {}
    const opened: Opened = {}
    if (reader !== undefined && stream !== undefined)
      return this.#stream<R>(query, opened, () => ({ reader, ...stream }))
    const chunks = this.#stream<R>(query, opened, async () => {
      const reader = describedRowReader(await this.#describe(query.sql))
      return { reader, request: freeHandRequest(query, reader, chunkSize, this.connection.engine) }
    })
    const rows = inSlices(chunks)
    // A queryset's iterator is watched by itself.
    watchDropped(rows, droppedStream(opened, query.sql), opened)
    return rows
  }

  async *#stream<R>(
    query: CompiledQuery,
    opened: Opened,
    prepare: () => StreamSource | Promise<StreamSource>,
  ): AsyncGenerator<QueryResult<R>, void> {
    try {
      this.connection.refuseDuringStream(query.sql)
      const { reader, request, ...ends } = await prepare()
      const portal = new Portal(this.connection, request, { sink: new DecodedRows(reader), ...ends })
      opened.portal = portal
      for (let rows = await portal.next(); rows !== undefined; rows = await portal.next()) {
        // What the reader makes of the rows is what the query's type says.
        if (rows.length > 0) yield { rows: rows as R[] }
      }
    } finally {
      forgetDropped(opened)
      await opened.portal?.close()
    }
  }

  /** The columns that a statement will return, by one round trip: so that their formats can be chosen. */
  async #describe(sql: string): Promise<readonly Field[]> {
    const columns = new DescribedColumns()
    const messages = () => protocol.describeMessages(sql)
    await this.connection.exchange({ owner: columns, sql, messages, sink: columns })
    return columns.take()
  }

  async #executeFreeHand<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      return await this.connection.inTurn(() => this.#runFreeHand<R>(query))
    } catch (error) {
      // It was made where the socket was read, which says nothing of who waits.
      Error.captureStackTrace(asError(error))
      throw error
    }
  }

  async #runFreeHand<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { connection } = this
    const { answers, transactionFailure } = connection
    try {
      const onSending = () => connection.refuseForeignTransaction()
      const result = await runFreeHand<R>(connection.session, query, onSending)
      if (result.command === 'ROLLBACK' && transactionFailure !== undefined)
        refuseAsCommit(query.sql, transactionFailure)
      return freeHandResult(result)
    } catch (error) {
      // pg reports an error before the ReadyForQuery that tells what became of the transaction.
      if (isDatabaseError(error) && connection.answers === answers && !connection.isLost)
        await connection.session.nextReady()
      throw connection.explain(asError(error))
    }
  }

  async #executeRead<R>(query: CompiledQuery, { reader, completes }: ReadRequest): Promise<QueryResult<R>> {
    const { connection } = this
    const { sql, parameters, formats } = statementOf(query, reader)
    const messages = () => protocol.queryMessages(sql, parameters, formats)
    const sink = new DecodedRows(reader, completes?.budget)
    // What belongs to a stream is cancelled with it.
    const stream = completes && [...connection.openPortals].find((portal) => portal.ownsTransaction)
    const limit = prefetchLimit(completes?.fetchTimeoutMs, sql)
    await connection.exchange({ owner: stream ?? query, sql, parameters, messages, sink, limit })
    // What the reader makes of the rows is what the query's type says.
    return { rows: sink.take() as R[] }
  }
}

/** Kysely hands out the rows of a chunk without giving way: those of a large one come in slices. */
async function* inSlices<R>(chunks: AsyncIterable<QueryResult<R>>): AsyncGenerator<QueryResult<R>, void> {
  for await (const { rows } of chunks) {
    for (let at = 0; at < rows.length; at += SLICE) {
      if (isBreathDue()) await breathe()
      yield { rows: rows.length <= SLICE ? rows : rows.slice(at, at + SLICE) }
    }
  }
}

/** What is streamed, and how. */
interface StreamSource extends Partial<Omit<StreamedRead, 'request'>> {
  readonly reader: RowReader
  readonly request: IterationRequest
}

/** A stream of free-hand SQL: its rows are handed out by Kysely, and not counted. */
function freeHandRequest(
  query: CompiledQuery,
  { formats }: RowReader,
  chunkSize: number,
  { maxBytes }: Engine,
): IterationRequest {
  return {
    sql: query.sql,
    parameters: query.parameters.map(freeHandParameter),
    formats,
    prefetches: false,
    maxBytes,
    options: { chunkSize, readOnly: isReading(query.query) },
    delivered: new Float64Array(1),
  }
}

/** A SELECT that locks no rows and has no part that writes. */
function isReading(query: CompiledQuery['query']): boolean {
  return (
    SelectQueryNode.is(query) &&
    (query.endModifiers ?? []).length === 0 &&
    (query.with?.expressions ?? []).every(({ expression }) => SelectQueryNode.is(expression))
  )
}
