import type { CompiledQuery, QueryResult } from 'kysely'
import { asError } from '../../errors.js'
import type { Connection } from '../../connection/connection.js'
import type { Engine } from '../../connection/engine.js'
import { noteSettings } from '../../connection/own-settings.js'
import { isDatabaseError } from '../../pg/database-error.js'
import {
  freeHandParameters,
  freeHandResult,
  isSeveral,
  refuseAsCommit,
  runFreeHand,
  type FreeHandAnswer,
  type FreeHandListener,
  type Values,
} from '../../pg/free-hand.js'
import * as protocol from '../../pg/protocol.js'
import type { IterationRequest, Parameter } from '../../request.js'
import { describedRowReader, parsedRowReader } from '../../rows/described-row-reader.js'
import type { Field } from '../../rows/field.js'
import type { RowReader } from '../../rows/row-reader.js'
import { DecodedRows, DescribedColumns } from '../../rows/row-sink.js'
import { captureStack } from '../../stack-trace.js'
import { hasOwnValues, type Statement, type StreamedRead } from '../read-request.js'
import { countedBy, queryLimitOf } from './own.js'
import type { ValuesNotice } from './values-notice.js'

/** What is streamed, and how. */
export interface StreamSource extends Partial<Omit<StreamedRead, 'request'>> {
  readonly reader: RowReader
  readonly request: IterationRequest
}

/** What begins and ends transactions. Anything else may set what they are by default. */
const SETS_NOTHING = /^(?:begin|commit|rollback|savepoint|release)\b[^;]*$/i

/** SQL that is not a repository's, on one connection. */
export class FreeHand {
  readonly #connection: Connection
  readonly #valuesNotice: ValuesNotice | undefined

  /** @param valuesNotice looks at what is returned by statements whose values nobody has chosen. */
  constructor(connection: Connection, valuesNotice: ValuesNotice | undefined) {
    this.#connection = connection
    this.#valuesNotice = valuesNotice
  }

  async execute<R>(query: Statement): Promise<QueryResult<R>> {
    const { sql, parameters } = query
    const { session } = this.#connection
    const whose = this.#valuesOf(query)
    const isText =
      whose === 'pg' ||
      session.settings.isReadable ||
      sql === '' ||
      (parameters.length === 0 && isSeveral(sql))
    try {
      return await (isText
        ? this.#connection.query(
            { owner: query, sql, limit: queryLimitOf(this.#connection, query) },
            (sending) => this.#runFreeHand<R>(query, whose, { sending, columns: this.#notice(query) }),
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

  async #runFreeHand<R>(query: Statement, whose: Values, hears: FreeHandListener): Promise<QueryResult<R>> {
    const connection = this.#connection
    const { answers, transactionFailure } = connection
    try {
      const result = await runFreeHand<R>(connection.session, query, whose, hears)
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

  /** How a stream of it is read. */
  async source(query: CompiledQuery, chunkSize: number): Promise<StreamSource> {
    const whose = this.#valuesOf(query)
    const reader = whose === 'pg' ? this.#parsedRowReader() : describedRowReader(await this.#describe(query))
    const parameters = freeHandParameters(query.parameters, whose)
    return { reader, request: freeHandRequest(query, parameters, reader, chunkSize, this.#connection.engine) }
  }

  /** In binary, as streams are read: in the styles that the session has, text would be ambiguous. */
  async #runDescribed<R>(query: Statement): Promise<QueryResult<R>> {
    const connection = this.#connection
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
      limit: queryLimitOf(this.#connection, query),
    })
    // What the reader makes of the rows is what the query's type says.
    const result: FreeHandAnswer<R> = { ...countedBy(command), rows: sink.take() as (R & object)[] }
    refuseAsCommit(sql, result, transactionFailure)
    return freeHandResult(result)
  }

  #valuesOf(query: Statement): Values {
    return hasOwnValues(query) ? 'sluice' : this.#connection.engine.values
  }

  /** By the parsers of the client, which are those of its pool and of pg itself. */
  #parsedRowReader(): RowReader {
    const { client } = this.#connection.session
    // What it returns is up to who has set it.
    return parsedRowReader((typeOid) => client.getTypeParser(typeOid, 'text') as (text: string) => unknown)
  }

  /** The columns that a statement will return, by one round trip: so that their formats can be chosen. */
  async #describe(query: Statement): Promise<readonly Field[]> {
    const { sql } = query
    const columns = new DescribedColumns()
    const messages = () => protocol.describeMessages(sql)
    const limit = queryLimitOf(this.#connection, query)
    await this.#connection.roundTrip({ owner: query, sql, messages, sink: columns, limit })
    const described = columns.take()
    this.#notice(query)?.(described)
    return described
  }

  /** What hears of the columns of a statement whose values nobody has chosen. */
  #notice(query: Statement): FreeHandListener['columns'] {
    const notice = this.#valuesNotice
    if (notice === undefined || hasOwnValues(query)) return undefined
    return (columns) => notice.look(this.#connection.session.client, columns)
  }
}

/** A stream of free-hand SQL: its rows are handed out by Kysely, and not counted. */
function freeHandRequest(
  query: CompiledQuery,
  parameters: readonly Parameter[],
  { formats }: RowReader,
  chunkSize: number,
  { maxBytes }: Engine,
): IterationRequest {
  const readOnly = isReading(query.query)
  return {
    sql: query.sql,
    parameters,
    formats,
    prefetches: false,
    maxBytes,
    mayWrite: !readOnly,
    options: { chunkSize, readOnly },
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
