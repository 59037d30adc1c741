import { ConnectionError } from '../errors.js'
import type { CompiledQuery, QueryResult } from 'kysely'
import { breathe, isBreathDue } from '../breath.js'
import type { Connection } from '../connection/connection.js'
import { refuseDuringStream, refuseOutside } from '../connection/held/refusals.js'
import { droppedStream, forgetDropped, watchDropped } from '../connection/dropped.js'
import { Portal } from '../portal/portal.js'
import type { RowChunk } from '../rows/row-chunk.js'
import { ChunkedRows } from '../rows/row-sink.js'
import { elapsed } from '../real-timers.js'
import { noteFetchTime } from './log/fetch-times.js'
import { HandedConnection, type StreamOptions } from './handed-connection.js'
import { copyDataOf, readRequestOf, settingsScopeOf, type Statement } from './read-request.js'
import { FreeHand, type StreamSource } from './statements/free-hand.js'
import { executeCopy, executeRead } from './statements/own.js'
import type { ValuesNotice } from './statements/values-notice.js'

const CANCEL_AGAIN_MS = 250

/** What a stream opens, and for free-hand SQL is to be closed should its iterator be dropped. */
interface Opened {
  portal?: Portal<unknown>
}

/** A connection as Kysely's executor uses it: for querysets, which say how they are read, and for free-hand SQL. */
export class SluiceConnection extends HandedConnection {
  readonly #connection: Connection
  readonly #valuesNotice: ValuesNotice | undefined

  /** @param valuesNotice of free-hand SQL, where nobody has chosen its values. */
  constructor(connection: Connection, valuesNotice?: ValuesNotice) {
    super()
    this.#connection = connection
    this.#valuesNotice = valuesNotice
  }

  override get connection(): Connection {
    return this.#connection
  }

  override async executeQuery<R>(query: Statement): Promise<QueryResult<R>> {
    refuseOutside(this.connection, settingsScopeOf(query), query.sql)
    const read = readRequestOf(query)
    if (read?.completes === undefined) refuseDuringStream(this.connection, query.sql)
    this.connection.inFlight = query
    try {
      if (read !== undefined) return await executeRead<R>(this.connection, query, read)
      const data = copyDataOf(query)
      return await (data === undefined
        ? this.#freeHand().execute<R>(query)
        : executeCopy<R>(this.connection, query, data))
    } finally {
      if (this.connection.inFlight === query) this.connection.inFlight = undefined
    }
  }

  /** For Kysely 0.29's `inflightQueryAbortStrategy: 'cancel query'`: as often as it takes, until the query is answered. */
  override async cancelQuery(): Promise<void> {
    const { connection } = this
    const { inFlight } = connection
    while (inFlight !== undefined && connection.inFlight === inFlight && !connection.isLost) {
      connection.cancel(inFlight)
      await connection.session.nextReady(CANCEL_AGAIN_MS)
    }
  }

  /** For `'kill session'`: cuts the connection, without needing another, and has the server stop what runs on it. */
  override killSession(): Promise<void> {
    if (this.connection.inFlight !== undefined) {
      this.connection.destroy(
        new ConnectionError("The session was killed, as a query's `inflightQueryAbortStrategy` asks for."),
      )
    }
    return Promise.resolve()
  }

  /** @param options with Kysely 0.29's `signal`, which cancels the fetch that is under way: Kysely throws its reason. */
  override streamQuery<R>(
    query: CompiledQuery,
    chunkSize: number,
    options?: StreamOptions,
  ): AsyncIterableIterator<QueryResult<R>> {
    const signal = options?.signal
    const { reader, stream } = readRequestOf(query) ?? {}
    const opened: Opened = {}
    if (reader !== undefined && stream !== undefined) {
      // A queryset's chunk source takes chunks of rows, and knows them.
      const chunks: unknown = this.#stream<R>(query, opened, () => ({ reader, ...stream }))
      return chunks as AsyncIterableIterator<QueryResult<R>>
    }
    const freeHand = this.#freeHand()
    const chunks = this.#stream<R>(query, opened, async () => {
      const source = await freeHand.source(query, chunkSize)
      return signal === undefined ? source : { ...source, signal }
    })
    const rows = inParts(signal === undefined ? chunks : untilAborted(chunks, signal))
    // A queryset's iterator is watched by itself.
    watchDropped(rows, droppedStream(opened, query.sql), opened)
    return rows
  }

  #freeHand(): FreeHand {
    return new FreeHand(this.connection, this.#valuesNotice)
  }

  async *#stream<R>(
    query: CompiledQuery,
    opened: Opened,
    prepare: () => StreamSource | Promise<StreamSource>,
  ): AsyncGenerator<RowChunk<R>, void> {
    let fetchMs = 0
    try {
      refuseOutside(this.connection, settingsScopeOf(query), query.sql)
      refuseDuringStream(this.connection, query.sql)
      const { reader, request, ...ends } = await prepare()
      const sink = new ChunkedRows<R>(reader, (error) => portal.failed(error))
      const portal = new Portal(this.connection, request, { sink, ...ends })
      opened.portal = portal
      for (;;) {
        const from = elapsed()
        const chunk = await portal.next().finally(() => (fetchMs += elapsed() - from))
        if (chunk === undefined) break
        if (chunk.length > 0) yield chunk
      }
    } finally {
      forgetDropped(opened)
      noteFetchTime(query, fetchMs)
      await opened.portal?.close()
    }
  }
}

/** Kysely hands out what it gets without giving way: it gets some rows of a chunk at a time. */
async function* inParts<R>(chunks: AsyncIterable<RowChunk<R>>): AsyncGenerator<QueryResult<R>, void> {
  for await (const chunk of chunks) {
    for (const rows of chunk) {
      if (isBreathDue()) await breathe()
      yield { rows }
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
