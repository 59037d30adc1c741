import type { DatabaseError } from 'pg'
import type { StatementRequest } from '../../request.js'
import type { Field } from '../../rows/field.js'
import type { RowSink } from '../../rows/row-sink.js'
import { bind, closeStatement, DESCRIBE, EXECUTE_ALL, parse, queryMessages, SYNC } from '../protocol.js'
import type { AnswerListener } from '../round-trip.js'
import { PreparedStatement, type PreparedStatements, type Preparing } from './prepared-statements.js'

/**
 * Of what the server may say when it binds a prepared statement, what may be of that alone: it is gone (26000), has another
 * result by now (0A000), or its parameters (22) and names (42, 3F) were those of tables that have changed since; XX000 for
 * what it went by and is no more.
 */
const OF_PREPARED = /^(?:0A000|26000|XX000|3F000|22...|42...)$/

/** What can only be that: whatever is asked is fine. */
const OF_PREPARED_ALONE = /^(?:0A000|26000)$/

/** One run of a statement to its end: unnamed, as one to be prepared by that, or as one that is prepared. */
export class StatementUse implements AnswerListener {
  readonly #statements: PreparedStatements
  readonly #preparing: Preparing
  readonly #request: StatementRequest
  readonly #sink: RowSink<unknown>
  #statement: PreparedStatement | undefined
  #isNew = false
  /** The server has the statement. */
  #isThere = false
  #isBound = false

  constructor(
    statements: PreparedStatements,
    preparing: Preparing,
    request: StatementRequest,
    sink: RowSink<unknown>,
  ) {
    this.#statements = statements
    this.#preparing = preparing
    this.#request = request
    this.#sink = sink
  }

  /** Made when they are sent: everything that was sent before has been answered. */
  messages(): Buffer[] {
    const { sql, parameters, formats } = this.#request
    const known = this.#statements.find(sql)
    this.#statement = known
    this.#isThere = known !== undefined
    if (known === undefined && this.#statements.isDue(sql, this.#preparing)) {
      this.#isNew = true
      this.#statement = new PreparedStatement(sql)
    }
    const { name } = this.#statement ?? {}
    if (name === undefined) return this.#withClosing(queryMessages(sql, parameters, formats))
    const bound = bind('', parameters, formats, name)
    if (known === undefined) return this.#withClosing([parse(sql, name), bound, DESCRIBE, EXECUTE_ALL, SYNC])
    const columns = known.columnsIn(formats)
    if (columns === undefined) return this.#withClosing([bound, DESCRIBE, EXECUTE_ALL, SYNC])
    this.#sink.describe(columns)
    return this.#withClosing([bound, EXECUTE_ALL, SYNC])
  }

  parsed(): void {
    if (!this.#isNew || this.#statement === undefined) return
    this.#isThere = true
    this.#statements.add(this.#statement, this.#preparing)
  }

  bound(): void {
    this.#isBound = true
  }

  described(columns: readonly Field[]): void {
    this.#statement?.described(columns, this.#request.formats)
  }

  /**
   * Whether an error may be of nothing but that the statement was prepared before something has changed; it is not used
   * again then. The server had not begun to execute it: outside a transaction it can be sent once more, as any other. Also
   * of one that is new: a pooler may have its own of the same SQL.
   */
  refusedBy(error: DatabaseError): boolean {
    if (this.#statement === undefined || !this.#isThere || this.#isBound) return false
    if (!OF_PREPARED.test(error.code ?? '')) return false
    this.#statements.refused(this.#statement, this.#preparing)
    return true
  }

  #withClosing(messages: Buffer[]): Buffer[] {
    const names = this.#statements.closing()
    return names.length === 0 ? messages : [...names.map(closeStatement), ...messages]
  }
}

/** Whether what was asked for is fine, and will be done when it is asked for again. */
export function isOfPreparedAlone({ code = '' }: DatabaseError): boolean {
  return OF_PREPARED_ALONE.test(code)
}
