import { types } from 'node:util'
import type { CompiledQuery, QueryResult } from 'kysely'
import {
  Query,
  type Connection,
  type CustomTypesConfig,
  type FieldDef,
  type QueryResult as PgResult,
} from 'pg'
import pgUtils from 'pg/lib/utils.js'
import { codecForOid } from '../types/codec-for.js'
import { asError, DecodeError, UsageError } from '../errors.js'
import { checkString } from '../types/text/text.js'
import { microsecondsBeyond } from '../types/times/date-microseconds.js'
import { checkCount, ExpectedAnswers } from './expected-answers.js'
import type { Parameter } from '../request.js'
import type { Field } from '../rows/field.js'
import { queryMessages, refuseTooLong, valuesLength } from './protocol.js'
import { brokenProtocol } from './server-messages.js'
import type { Session } from './session.js'

const AFFECTING = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE'])

/** Whose values free-hand SQL takes and gives: ours, or those of pg's own client and the type parsers set on it. */
export type Values = 'sluice' | 'pg'

/** By the types that come back. */
const freeHandTypes: CustomTypesConfig = {
  getTypeParser: ((oid: number) =>
    codecForOid(oid)?.decodeText ?? String) as CustomTypesConfig['getTypeParser'],
}

/** Reads text, also where the pool has pg's `binary` setting, by which pg would ask for what these types cannot read. */
class TextQuery<R extends object> extends Query<R> {
  get binary(): boolean {
    return false
  }

  set binary(_: boolean) {}
}

/** What is told of a query on its way. */
export interface FreeHandListener {
  /** It is about to be sent; what this throws, the query fails with. */
  sending(): void
  /** What it returns, before the first row. */
  columns?: ((columns: readonly Pick<Field, 'name' | 'typeOid'>[]) => void) | undefined
}

/**
 * Runs free-hand SQL that is not streamed, by a query of pg's own.
 *
 */
export function runFreeHand<R>(
  session: Session,
  { sql, parameters }: Pick<CompiledQuery, 'sql' | 'parameters'>,
  whose: Values,
  hears: FreeHandListener,
): Promise<PgResult<R & object>> {
  const values = freeHandParameters(parameters, whose)
  refuseTooLong(Math.max(Buffer.byteLength(sql), valuesLength(values)))
  const config = { text: sql, values }
  return new Promise((resolve, reject) => {
    const callback = (error: Error, result: PgResult<R & object>) => (error ? reject(error) : resolve(result))
    const query =
      whose === 'pg'
        ? new Query<R & object>(config, callback)
        : new TextQuery<R & object>({ ...config, types: freeHandTypes }, callback)
    const messages = sql !== '' && parameters.length > 0 ? EXTENDED : SIMPLE
    watchSending(session, query, messages, hears)
    session.client.query(query)
  })
}

/** What pg's client sends for a query, as far as the answers depend on it: types, and no contents. */
const SIMPLE = Buffer.from('Q\0\0\0\x04', 'latin1')
const EXTENDED = Buffer.concat(queryMessages('', [], []))

const READY_FOR_QUERY = 0x5a

/** Where a statement without rules of its own counts the rows that it returns. */
const IS_COUNTED = /^(?:SELECT|FETCH) /

/** What pg's client calls of a query. */
const CALLED = [
  ...['handleRowDescription', 'handleDataRow', 'handlePortalSuspended', 'handleCommandComplete'],
  ...['handleEmptyQuery', 'handleCopyInResponse', 'handleCopyData', 'handleError', 'handleReadyForQuery'],
] as const

type Watched = 'handleRowDescription' | 'handleDataRow' | 'handleCommandComplete'

/** A query of pg's as it is: its methods, and what pg's types leave out. */
type OpenQuery = Query &
  Record<Exclude<(typeof CALLED)[number], Watched>, () => void> & {
    text: string
    callback: unknown
    handleRowDescription(message: { readonly fields: readonly FieldDef[] }): void
    handleCommandComplete(message: { readonly text: string }, connection: Connection): void
    handleDataRow(row: { readonly fields: readonly (string | null)[] }): void
    /** By which of its values the first row that cannot be read is refused. */
    _canceledDueToError: unknown
    readonly _result: PgResult
  }

/** Says which value of a row it is that cannot be read. */
function named(error: unknown, { fields, rows }: PgResult, values: readonly (string | null)[]): unknown {
  for (const [index, { name, dataTypeID }] of fields.entries()) {
    try {
      codecForOid(dataTypeID)?.decodeText(values[index] ?? '')
    } catch (cause) {
      if (values[index] === null) continue
      const message = `Column ${name}, row ${rows.length + 1} of the result: ${asError(cause).message}`
      return new DecodeError(message, { cause })
    }
  }
  return error
}

/**
 * Has the answers looked at from the moment on at which the query is sent: pg takes the next ReadyForQuery for its end,
 * whatever came before. What pg calls becomes the query's own and is bound to it, for those who copy queries.
 */
function watchSending(session: Session, query: Query, messages: Buffer, hears: FreeHandListener): void {
  // The same object, by what is left out of its type.
  const open = query as OpenQuery
  const submit = query.submit.bind(query)
  // Each with its own type, which a loop over their names cannot tell.
  for (const name of CALLED) (open as Record<string, unknown>)[name] = open[name].bind(query)
  const handleRowDescription = open.handleRowDescription.bind(query)
  const handleDataRow = open.handleDataRow.bind(query)
  const handleCommandComplete = open.handleCommandComplete.bind(query)
  let columns: number | undefined
  let rows = 0
  let results = 0
  open.handleRowDescription = (message) => {
    columns = message.fields.length
    hears.columns?.(message.fields.map(({ name, dataTypeID }) => ({ name, typeOid: dataTypeID })))
    handleRowDescription(message)
  }
  open.handleCommandComplete = (message, connection) => {
    if (columns !== undefined && IS_COUNTED.test(message.text)) checkCount(message.text, rows)
    if (++results > 1 && !isSeveral(open.text)) throw brokenProtocol('it ended one statement twice')
    columns = undefined
    rows = 0
    handleCommandComplete(message, connection)
  }
  open.handleDataRow = (row) => {
    rows++
    if (row.fields.length !== columns)
      throw brokenProtocol('it sent a row of other columns than it had described')
    if (open._canceledDueToError !== false) return
    handleDataRow(row)
    // What parsers of the user's throw is theirs.
    if (open._canceledDueToError !== false && query instanceof TextQuery)
      open._canceledDueToError = named(open._canceledDueToError, open._result, row.fields)
  }
  query.submit = function (this: OpenQuery, connection) {
    // Of a copy, what was changed in it.
    if (this !== query) Object.assign(open, { text: this.text, callback: this.callback })
    try {
      hears.sending()
    } catch (error) {
      // pg's client has the query fail with what it is given here, which its types leave out.
      return error as undefined
    }
    const expected = new ExpectedAnswers(messages)
    const { tap } = session
    tap.reader = {
      expect: (type) => {
        expected.expect(type)
        if (type === READY_FOR_QUERY) tap.reader = undefined
      },
    }
    return submit(connection)
  }
}

/** Whether SQL without parameters may be several statements, which only run as text. */
export function isSeveral(sql: string): boolean {
  return /;\s*\S/.test(sql)
}

/** What a statement has returned, as pg has it. */
export type FreeHandAnswer<R> = Pick<PgResult<R & object>, 'command' | 'rowCount' | 'rows'>

/** What a statement has returned, as Kysely has it. Of several pg's client returns several, which have no rows here. */
export function freeHandResult<R>({ command, rowCount, rows }: FreeHandAnswer<R>): QueryResult<R> {
  const result = { rows: rows ?? [] }
  return AFFECTING.has(command) ? { ...result, numAffectedRows: BigInt(rowCount ?? 0) } : result
}

/**
 * Parameters of free-hand SQL, converted as pg's own client does.
 *
 * @throws {@link EncodeError} for text that PostgreSQL cannot hold, where values are ours: pg sends another one in its
 * place.
 */
export function freeHandParameters(values: readonly unknown[], whose: Values): Parameter[] {
  return values.map((value) => {
    const parameter = prepared(value)
    return whose === 'sluice' && typeof parameter === 'string'
      ? checkString('A parameter of free-hand SQL', parameter)
      : parameter
  })
}

/** As pg prepares it; Dates, in arrays as well, to the microsecond that they remember. */
function prepared(value: unknown): string | Buffer | null {
  return pgUtils.prepareValue(Array.isArray(value) ? exactly(value) : exactDate(value))
}

function exactly(values: readonly unknown[]): unknown[] {
  return values.map((each) => (Array.isArray(each) ? exactly(each) : exactDate(each)))
}

/** A Date that remembers microseconds as the text that pg makes of it, with them; anything else as it is. */
function exactDate(value: unknown): unknown {
  const microseconds = types.isDate(value) ? microsecondsBeyond(value) : 0
  if (microseconds === 0) return value
  const text = pgUtils.prepareValue(value)
  return typeof text === 'string'
    ? text.replace(/\.\d{3}/, `$&${String(microseconds).padStart(3, '0')}`)
    : text
}

/** What stands before a statement: its own word comes next. */
const BEFORE = /(?:[\s;]|--[^\n]*)*/y
const WORD = /[a-z]*/iy

/** The first word of SQL, in lower case; comments nest. */
function firstWord(sql: string): string {
  let at = 0
  for (;;) {
    BEFORE.lastIndex = at
    at += BEFORE.exec(sql)?.[0].length ?? 0
    if (!sql.startsWith('/*', at)) break
    at = afterComment(sql, at)
  }
  WORD.lastIndex = at
  return WORD.exec(sql)?.[0].toLowerCase() ?? ''
}

function afterComment(sql: string, from: number): number {
  const edge = /\/\*|\*\//g
  edge.lastIndex = from
  let depth = 0
  for (let found = edge.exec(sql); found !== null; found = edge.exec(sql)) {
    depth += found[0] === '/*' ? 1 : -1
    if (depth === 0) return edge.lastIndex
  }
  return sql.length
}

/**
 * To what would commit a failed transaction, COMMIT, END or PREPARE TRANSACTION, the server answers with a rollback,
 * which would pass for success. It is the first statement of several that it answers so: any other fails.
 *
 * @throws {@link UsageError} unless the statement that was answered so asks for a rollback.
 */
export function refuseAsCommit(
  sql: string,
  result: Pick<PgResult, 'command'> | readonly PgResult[],
  cause: Error | undefined,
): void {
  const { command } = 'command' in result ? result : (result[0] ?? {})
  if (command !== 'ROLLBACK' || cause === undefined || ['rollback', 'abort'].includes(firstWord(sql))) return
  throw new UsageError(
    `The transaction was rolled back, not committed: a query in it had failed: ${cause.message}`,
    { cause },
  )
}
