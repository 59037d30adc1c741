import type { CompiledQuery, QueryResult } from 'kysely'
import { refuseDuringStream, refuseOutside } from '../../connection/held/refusals.js'
import { UsageError } from '../../errors.js'
import { DecodedRows } from '../../rows/row-sink.js'
import { HandedConnection, type StreamOptions } from '../handed-connection.js'
import {
  copyDataOf,
  hasOwnValues,
  readRequestOf,
  settingsScopeOf,
  type ReadRequest,
} from '../read-request.js'
import { asText } from './as-text.js'
import { CursorStream } from './cursor-stream.js'
import { dataRows, textFields } from './data-rows.js'
import type { OtherSession } from './session.js'

/** A connection of another's driver, for repositories; what is not theirs it passes on as it is. */
export class OtherConnection extends HandedConnection {
  readonly #session: OtherSession

  constructor(session: OtherSession) {
    super()
    this.#session = session
  }

  override get connection(): OtherSession {
    return this.#session
  }

  override async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const session = this.#session
    refuseOutside(session, settingsScopeOf(query), query.sql)
    const read = readRequestOf(query)
    if (read?.completes === undefined) refuseDuringStream(session, query.sql)
    if (copyDataOf(query) !== undefined) throw new UsageError("COPY needs sluice's dialect.")
    if (read !== undefined) return this.#read<R>(query, read)
    const { parameters } = session.engine
    const result = await session.send(hasOwnValues(query) ? await parameters.bound(session, query) : query)
    // What free-hand SQL returns is what its driver makes of it.
    return result as QueryResult<R>
  }

  async #read<R>(query: CompiledQuery, { reader, completes }: ReadRequest): Promise<QueryResult<R>> {
    const session = this.#session
    const { parameters } = session.engine
    const columns = reader.formats.length
    const bound = await parameters.bound(session, query)
    const { rows, numAffectedRows } = await session
      .send(columns === 0 ? bound : { ...bound, sql: asText(bound.sql, columns) })
      .catch((error: unknown) => {
        parameters.forget(query)
        throw error
      })
    const sink = new DecodedRows(reader, completes?.budget)
    sink.describe(textFields(columns))
    sink.add(dataRows(rows as object[], columns), rows.length)
    sink.cut()
    // What the reader makes of the rows is what the query's type says.
    const read = { rows: sink.take() as R[] }
    return numAffectedRows === undefined ? read : { ...read, numAffectedRows }
  }

  override streamQuery<R>(
    query: CompiledQuery,
    chunkSize: number,
    options?: StreamOptions,
  ): AsyncIterableIterator<QueryResult<R>> {
    const { reader, stream } = readRequestOf(query) ?? {}
    if (reader === undefined || stream === undefined) {
      const streamed = this.#session.given.streamQuery.bind(
        this.#session.given,
      ) as HandedConnection['streamQuery']
      return streamed<R>(query, chunkSize, options)
    }
    refuseOutside(this.#session, settingsScopeOf(query), query.sql)
    // A queryset's chunk source takes chunks of rows, and knows them.
    const chunks: unknown = new CursorStream(this.#session, query, { reader, ...stream }).chunks()
    return chunks as AsyncIterableIterator<QueryResult<R>>
  }

  /** The driver's statements run to their end. */
  override cancelQuery(): Promise<void> {
    return Promise.resolve()
  }

  override killSession(): Promise<void> {
    return Promise.resolve()
  }
}
