import { asError, ConnectionError } from '../errors.js'
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'
import { breathe, isBreathDue } from '../breath.js'
import type { Connection } from '../connection/connection.js'
import { noteSettings } from '../connection/own-settings.js'
import { droppedStream, forgetDropped, watchDropped } from '../connection/dropped.js'
import type { Engine } from '../connection/engine.js'
import { prefetchLimit, queryLimit, type RoundTripLimit } from '../connection/pipeline.js'
import { isDatabaseError } from '../pg/database-error.js'
import {
  freeHandParameters,
  freeHandResult,
  isSeveral,
  refuseAsCommit,
  runFreeHand,
  type FreeHandAnswer,
  type Values,
} from '../pg/free-hand.js'
import * as protocol from '../pg/protocol.js'
import type { TransactionStatus } from '../pg/session.js'
import { Portal } from '../portal/portal.js'
import type { IterationRequest, Parameter } from '../request.js'
import { describedRowReader, parsedRowReader } from '../rows/described-row-reader.js'
import type { Field } from '../rows/field.js'
import type { RowReader } from '../rows/row-reader.js'
import { DecodedRows, DescribedColumns, NO_ROWS } from '../rows/row-sink.js'
import { elapsed } from '../real-timers.js'
import { captureStack } from '../stack-trace.js'
import { noteFetchTime } from './fetch-time.js'
import {
  copyDataOf,
  hasOwnValues,
  queryTimeoutOf,
  readRequestOf,
  settingsScopeOf,
  statementOf,
  type ReadRequest,
  type Statement,
  type StreamedRead,
} from './read-request.js'

const CANCEL_AGAIN_MS = 250

/** Rows that Kysely hands out at a time. */
const SLICE = 1000

/** Those of Kysely 0.29. */
export interface StreamOptions {
  readonly signal?: AbortSignal | undefined
}

/** What a stream opens, and for free-hand SQL is to be closed should its iterator be dropped. */
interface Opened {
  portal?: Portal<unknown>
}

/** A connection as Kysely's executor uses it: for querysets, which say how they are read, and for free-hand SQL. */
export class SluiceConnection implements DatabaseConnection {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  get connection(): Connection {
    return this.#connection
  }

  get status(): TransactionStatus {
    return this.connection.status
  }

  async executeQuery<R>(query: Statement): Promise<QueryResult<R>> {
    this.connection.refuseOutside(settingsScopeOf(query), query.sql)
    const read = readRequestOf(query)
    if (read?.completes === undefined) this.connection.refuseDuringStream(query.sql)
    this.connection.inFlight = query
    try {
      if (read !== undefined) return await this.#executeRead<R>(query, read)
      const data = copyDataOf(query)
      return await (data === undefined ? this.#executeFreeHand<R>(query) : this.#executeCopy<R>(query, data))
    } finally {
      if (this.connection.inFlight === query) this.connection.inFlight = undefined
    }
  }

  /** For Kysely 0.29's `inflightQueryAbortStrategy: 'cancel query'`: as often as it takes, until the query is answered. */
  async cancelQuery(): Promise<void> {
    const { connection } = this
    const { inFlight } = connection
    while (inFlight !== undefined && connection.inFlight === inFlight && !connection.isLost) {
      connection.cancel(inFlight)
      await connection.session.nextReady(CANCEL_AGAIN_MS)
    }
  }

  /** For `'kill session'`: cuts the connection, without needing another, and has the server stop what runs on it. */
  killSession(): Promise<void> {
    if (this.connection.inFlight !== undefined) {
      this.connection.destroy(
        new ConnectionError("The session was killed, as a query's `inflightQueryAbortStrategy` asks for."),
      )
    }
    return Promise.resolve()
  }

  /** @param options with Kysely 0.29's `signal`, which cancels the fetch that is under way: Kysely throws its reason. */
  streamQuery<R>(
    query: CompiledQuery,
    chunkSize: number,
    options?: StreamOptions,
  ): AsyncIterableIterator<QueryResult<R>> {
    const signal = options?.signal
    const { reader, stream } = readRequestOf(query) ?? {}
    const opened: Opened = {}
    if (reader !== undefined && stream !== undefined)
      return this.#stream<R>(query, opened, () => ({ reader, ...stream }))
    const chunks = this.#stream<R>(query, opened, async () => {
      const whose = this.#valuesOf(query)
      const reader =
        whose === 'pg' ? this.#parsedRowReader() : describedRowReader(await this.#describe(query))
      const parameters = freeHandParameters(query.parameters, whose)
      const request = freeHandRequest(query, parameters, reader, chunkSize, this.connection.engine)
      return signal === undefined ? { reader, request } : { reader, request, signal }
    })
    const rows = inSlices(signal === undefined ? chunks : untilAborted(chunks, signal))
    // A queryset's iterator is watched by itself.
    watchDropped(rows, droppedStream(opened, query.sql), opened)
    return rows
  }

  async *#stream<R>(
    query: CompiledQuery,
    opened: Opened,
    prepare: () => StreamSource | Promise<StreamSource>,
  ): AsyncGenerator<QueryResult<R>, void> {
    let fetchMs = 0
    try {
      this.connection.refuseOutside(settingsScopeOf(query), query.sql)
      this.connection.refuseDuringStream(query.sql)
      const { reader, request, ...ends } = await prepare()
      const portal = new Portal(this.connection, request, { sink: new DecodedRows(reader), ...ends })
      opened.portal = portal
      for (;;) {
        const from = elapsed()
        const rows = await portal.next().finally(() => (fetchMs += elapsed() - from))
        if (rows === undefined) break
        // What the reader makes of the rows is what the query's type says.
        if (rows.length > 0) yield { rows: rows as R[] }
      }
    } finally {
      forgetDropped(opened)
      noteFetchTime(query, fetchMs)
      await opened.portal?.close()
    }
  }

  #valuesOf(query: Statement): Values {
    return hasOwnValues(query) ? 'sluice' : this.connection.engine.values
  }

  /** By the parsers of the client, which are those of its pool and of pg itself. */
  #parsedRowReader(): RowReader {
    const { client } = this.connection.session
    // What it returns is up to who has set it.
    return parsedRowReader((typeOid) => client.getTypeParser(typeOid, 'text') as (text: string) => unknown)
  }

  /** The columns that a statement will return, by one round trip: so that their formats can be chosen. */
  async #describe(query: Statement): Promise<readonly Field[]> {
    const { sql } = query
    const columns = new DescribedColumns()
    const messages = () => protocol.describeMessages(sql)
    const limit = this.#queryLimit(query)
    await this.connection.roundTrip({ owner: query, sql, messages, sink: columns, limit })
    return columns.take()
  }

  async #executeFreeHand<R>(query: Statement): Promise<QueryResult<R>> {
    const { sql, parameters } = query
    const { session } = this.connection
    const whose = this.#valuesOf(query)
    const isText =
      whose === 'pg' ||
      session.settings.isReadable ||
      sql === '' ||
      (parameters.length === 0 && isSeveral(sql))
    try {
      return await (isText
        ? this.connection.query({ owner: query, sql, limit: this.#queryLimit(query) }, (onSending) =>
            this.#runFreeHand<R>(query, whose, onSending),
          )
        : this.#runDescribed<R>(query))
    } catch (error) {
      // It was made where the socket was read, which says nothing of who waits.
      captureStack(asError(error))
      throw error
    } finally {
      if (!SETS_NOTHING.test(sql)) {
        session.defaultIsolation = undefined
        noteSettings(session, sql)
      }
    }
  }

  async #runFreeHand<R>(query: Statement, whose: Values, onSending: () => void): Promise<QueryResult<R>> {
    const { connection } = this
    const { answers, transactionFailure } = connection
    try {
      const result = await runFreeHand<R>(connection.session, query, whose, onSending)
      refuseAsCommit(query.sql, result, transactionFailure)
      if (result.rows?.length > 0) connection.checkRows()
      return freeHandResult(result)
    } catch (error) {
      // pg reports an error before the ReadyForQuery that tells what became of the transaction.
      if (isDatabaseError(error) && connection.answers === answers && !connection.isLost)
        await connection.session.nextReady()
      throw error
    }
  }

  #queryLimit(query: Statement): RoundTripLimit | undefined {
    return queryLimit(queryTimeoutOf(query) ?? this.connection.engine.limits.queryTimeoutMs, query.sql)
  }

  /** In binary, as streams are read: in the styles that the session has, text would be ambiguous. */
  async #runDescribed<R>(query: Statement): Promise<QueryResult<R>> {
    const { connection } = this
    const { sql } = query
    const parameters = freeHandParameters(query.parameters, 'sluice')
    const reader = describedRowReader(await this.#describe(query))
    const { transactionFailure } = connection
    const messages = () => protocol.queryMessages(sql, parameters, reader.formats)
    const sink = new DecodedRows(reader)
    const { command } = await connection.roundTrip({
      owner: query,
      sql,
      parameters,
      messages,
      sink,
      limit: this.#queryLimit(query),
    })
    const [word = '', ...counts] = command.split(' ')
    const result: FreeHandAnswer<R> = {
      command: word,
      rowCount: Number(counts.at(-1) ?? 0),
      // What the reader makes of the rows is what the query's type says.
      rows: sink.take() as (R & object)[],
    }
    refuseAsCommit(sql, result, transactionFailure)
    return freeHandResult(result)
  }

  async #executeCopy<R>(query: Statement, data: Buffer): Promise<QueryResult<R>> {
    const limit = this.#queryLimit(query)
    const messages = () => [protocol.simpleQuery(query.sql)]
    const sending = { owner: query, sql: query.sql, messages, data, sink: NO_ROWS, limit }
    const { command } = await this.connection.roundTrip(sending)
    return { rows: [], numAffectedRows: BigInt(/^COPY (\d+)$/.exec(command)?.[1] ?? 0) }
  }

  async #executeRead<R>(query: Statement, { reader, completes }: ReadRequest): Promise<QueryResult<R>> {
    const { connection } = this
    const { sql, parameters, formats } = statementOf(query, reader)
    const messages = () => protocol.queryMessages(sql, parameters, formats)
    const sink = new DecodedRows(reader, completes?.budget)
    // What belongs to a stream is cancelled with it.
    const stream = completes && [...connection.openPortals].find((portal) => portal.ownsTransaction)
    const limit = prefetchLimit(completes?.fetchTimeoutMs, sql) ?? this.#queryLimit(query)
    await connection.roundTrip({ owner: stream ?? query, sql, parameters, messages, sink, limit })
    // What the reader makes of the rows is what the query's type says.
    return { rows: sink.take() as R[] }
  }
}

/** What begins and ends transactions. Anything else may set what they are by default. */
const SETS_NOTHING = /^(?:begin|commit|rollback|savepoint|release)\b[^;]*$/i

/** Kysely hands out the rows of a chunk without giving way: those of a large one come in slices. */
async function* inSlices<R>(chunks: AsyncIterable<QueryResult<R>>): AsyncGenerator<QueryResult<R>, void> {
  for await (const { rows } of chunks) {
    for (let at = 0; at < rows.length; at += SLICE) {
      if (isBreathDue()) await breathe()
      yield { rows: rows.length <= SLICE ? rows : rows.slice(at, at + SLICE) }
    }
  }
}

/** Kysely has told its caller why by then, and would print what it meets besides. */
async function* untilAborted<T>(chunks: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T, void> {
  try {
    yield* chunks
  } catch (error) {
    if (!signal.aborted) throw error
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
  parameters: readonly Parameter[],
  { formats }: RowReader,
  chunkSize: number,
  { maxBytes }: Engine,
): IterationRequest {
  return {
    sql: query.sql,
    parameters,
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
    query.kind === 'SelectQueryNode' &&
    (query.endModifiers ?? []).length === 0 &&
    (query.with?.expressions ?? []).every(({ expression }) => expression.kind === 'SelectQueryNode')
  )
}
