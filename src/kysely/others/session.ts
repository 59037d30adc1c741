import { CompiledQuery, type DatabaseConnection, type QueryResult } from 'kysely'
import type { Engine } from '../../connection/engine.js'
import type { HeldConnection, HeldStream } from '../../connection/held/held-connection.js'
import { ConnectionError, UsageError } from '../../errors.js'
import { isDatabaseError, sqlStateOf } from '../../pg/database-error.js'
import type { TransactionStatus } from '../../pg/session.js'
import { driverError } from './driver-errors.js'
import type { Parameters } from './parameters.js'

/** What sessions of one dialect share. */
export interface SharedBySessions extends Engine {
  readonly parameters: Parameters
  /** See {@link OtherSession.isSole}. */
  readonly isSole: boolean
  /** Finds out what the driver does and what it is connected to, once. */
  learn(session: OtherSession): Promise<void>
}

/** A stream whose cursor is in the transaction. */
export interface OpenCursor extends HeldStream {
  readonly name: string
}

/** How a connection was given: by the pool, by a transaction, or by `db.connection()`, which keeps it. */
export type Giver = 'pool' | 'transaction' | 'connection'

const BEGINS = /^\s*(?:begin|start\s+transaction)\b/i
const GOES_BACK = /^\s*rollback\s+to\b/i
const ENDS = /^\s*(?:commit|end|rollback|abort)\b/i

const ASK = "select pg_catalog.set_config('sluice.asked', 'yes', true)"
const ANSWER = "select pg_catalog.current_setting('sluice.asked', true) as c0"

/**
 * A connection of another's driver, and what is known of its transaction: drivers do not pass on what the server says of
 * that, so it follows from what was sent and, where others may have sent something, is asked.
 */
export class OtherSession implements HeldConnection {
  readonly engine: SharedBySessions
  readonly server = {}
  readonly openPortals = new Set<OpenCursor>()
  status: TransactionStatus = 'I'
  lease = 0
  settingsScope: object | undefined
  transactionFailure: Error | undefined
  isLost = false
  readonly given: DatabaseConnection
  /** Somebody has kept it by `db.connection()`, and may have it still. */
  #wasKept = false
  /** Of whom it was had last: of another it may be another transaction, of whose beginning nobody has told. */
  #owner: object | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(given: DatabaseConnection, engine: SharedBySessions) {
    this.given = given
    this.engine = engine
  }

  /**
   * There is no other connection: a loop that kept it between two chunks would have its own body wait for ever. What a
   * stream outside a transaction reads is then kept by the server, by a cursor WITH HOLD.
   */
  get isSole(): boolean {
    return this.engine.isSole
  }

  /**
   * It was handed out.
   *
   * @param owner tells one transaction from another.
   */
  async leased(giver: Giver, owner: object): Promise<void> {
    const isOfAnother = owner !== this.#owner
    this.#owner = owner
    if (giver === 'transaction') {
      if (this.status === 'I') this.status = 'T'
      // It may be another one, or back at a savepoint.
      else if (this.status === 'E') await this.#askFailed()
      if (isOfAnother && this.openPortals.size > 0 && this.status === 'T') await this.#askCursors()
    } else if (giver === 'connection' || this.#wasKept) {
      this.#wasKept = true
      await this.#askStatus()
    } else {
      this.#begun('I')
      this.settingsScope = undefined
    }
    const isShared = giver !== 'pool' || this.status !== 'I'
    this.lease = isShared ? 0 : ++this.engine.leases
    await this.engine.learn(this)
  }

  /** Runs a statement when those before it have run: not all drivers keep a queue. */
  send(query: CompiledQuery): Promise<QueryResult<unknown>> {
    const sent = this.#last.then(() => this.#send(query))
    this.#last = sent.catch(() => {})
    return sent
  }

  async value(query: CompiledQuery): Promise<unknown> {
    const [row] = (await this.send(query)).rows
    return Object.values(row ?? {})[0] as unknown
  }

  /** Drivers cancel nothing: what is under way is waited for. */
  async cancelAll(): Promise<void> {
    await this.#last
  }

  searchPathChanged(): void {}

  async #send(query: CompiledQuery): Promise<QueryResult<unknown>> {
    const { sql } = query
    try {
      const result = await this.given.executeQuery<unknown>(query)
      if (BEGINS.test(sql) || GOES_BACK.test(sql)) this.#begun('T')
      else if (ENDS.test(sql)) this.#begun('I')
      return result
    } catch (thrown) {
      const error = driverError(thrown, true)
      this.#failed(error, sql)
      throw error
    }
  }

  #begun(status: TransactionStatus): void {
    this.status = status
    this.transactionFailure = undefined
    if (status === 'I') for (const stream of this.openPortals) this.#ended(stream)
  }

  #ended(stream: OpenCursor): void {
    this.openPortals.delete(stream)
    const reason = new UsageError(
      `The transaction ended while a stream in it was open: ${stream.describe()}. Finish or leave the loop before COMMIT ` +
        'or ROLLBACK.',
    )
    void stream.abandon(reason)
  }

  #failed(error: unknown, sql: string): void {
    if (error instanceof ConnectionError) this.isLost = true
    if (!isDatabaseError(error)) return
    // A COMMIT that was refused has rolled back.
    if (ENDS.test(sql) && !GOES_BACK.test(sql)) this.#begun('I')
    else if (error.code === '25P02' && this.transactionFailure !== undefined) {
      error.cause = this.transactionFailure
      error.message += `, since an earlier statement of it failed (${this.transactionFailure.message})`
    } else if (this.status !== 'I') {
      this.status = 'E'
      this.transactionFailure = error
    }
  }

  /** Whether a transaction is open: in none a setting is gone with the statement that has set it. */
  async #askStatus(): Promise<void> {
    this.#begun('I')
    try {
      await this.send(CompiledQuery.raw(ASK))
      if ((await this.value(CompiledQuery.raw(ANSWER))) !== 'yes') return
      await this.send(CompiledQuery.raw("select pg_catalog.set_config('sluice.asked', '', true)"))
      this.status = 'T'
    } catch (error) {
      if (sqlStateOf(error) !== '25P02') throw error
      this.status = 'E'
    }
  }

  /** Which cursors are there still: those of a transaction that is over are not. */
  async #askCursors(): Promise<void> {
    const { rows } = await this.send(CompiledQuery.raw('select name as c0 from pg_catalog.pg_cursors'))
    const names = new Set(rows.map((row): unknown => Object.values(row as object)[0]))
    for (const stream of this.openPortals) if (!names.has(stream.name)) this.#ended(stream)
  }

  async #askFailed(): Promise<void> {
    const { transactionFailure } = this
    this.#begun('T')
    try {
      await this.send(CompiledQuery.raw('select 1 as c0'))
    } catch (error) {
      if (sqlStateOf(error) !== '25P02') throw error
      this.status = 'E'
      this.transactionFailure = transactionFailure
    }
  }
}
