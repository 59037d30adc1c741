import { CompiledQuery, type QueryResult, type RawBuilder } from 'kysely'
import { planned, type Made, type Maker } from '../plan/plan.js'
import { wholeRows, writing } from '../plan/writes.js'
import type { Scope } from '../sql/scope.js'
import type { Engine } from '../connection/engine.js'
import type { HandedConnection } from '../kysely/handed-connection.js'
import type { Binding } from '../kysely/handle.js'
import { withConnection } from '../kysely/with-connection.js'
import { hasSignal, withCopyData, withReadRequest, withSignal } from '../kysely/read-request.js'
import type { QueryState } from '../query/state.js'
import type { RowReader } from '../rows/row-reader.js'
import { existenceReader, noColumnsReader } from '../rows/statement-readers.js'
import { isTraced, Trace, traced } from '../trace/trace.js'
import { explainWriteFailure } from './write-failure.js'

/** Sends one compiled statement, and tells those who listen when it has its connection. */
export type Run = (query: CompiledQuery, trace?: Trace) => Promise<QueryResult<unknown>>

/** A table to write to, over one connection or over any. */
export class Writer {
  readonly state: QueryState
  readonly #engine: Engine
  readonly #run: Run

  constructor(engine: Engine, state: QueryState, run: Run) {
    this.state = state
    this.#engine = engine
    this.#run = run
  }

  /** Statements of this writer take a connection each; inside a transaction always its own. */
  static on(binding: Binding, state: QueryState): Writer {
    return new Writer(binding.engine, state, eachOnItsOwn(binding))
  }

  /** Runs a statement that a transaction begins or ends with. */
  async control(sql: string): Promise<void> {
    await this.#explained(CompiledQuery.raw(sql))
  }

  /** Runs a statement that undoes what was done, also where that was called off. */
  async undo(sql: string): Promise<void> {
    await this.#explained(withSignal(CompiledQuery.raw(sql), undefined))
  }

  /** Runs a statement that returns no rows; how many it has written. */
  count(build: (scope: Scope) => RawBuilder<unknown>): Promise<number> {
    return this.#count(writing(this.state, build))
  }

  /** The same by the plan of its shape. */
  countBy<S extends object>(maker: Maker<S, Made>, subject: S): Promise<number> {
    return this.#count(planned(maker, subject).query)
  }

  /** Runs a `COPY … FROM STDIN` with the messages that bring its rows; how many it has written. */
  async copy(build: (scope: Scope) => RawBuilder<unknown>, data: Buffer): Promise<number> {
    const { numAffectedRows } = await this.#explained(withCopyData(writing(this.state, build), data))
    return Number(numAffectedRows ?? 0)
  }

  /** Runs a `SELECT 1`; whether there is a row. */
  async exists(build: (scope: Scope) => RawBuilder<unknown>): Promise<boolean> {
    return (await this.#read(writing(this.state, build), existenceReader, 'query')).length > 0
  }

  /** Runs a statement that returns whole rows. */
  rows(build: (scope: Scope) => RawBuilder<unknown>): Promise<unknown[]> {
    return this.read(build, wholeRows(this.state))
  }

  /** Runs a statement that returns what a reader reads. */
  read<R>(build: (scope: Scope) => RawBuilder<unknown>, reader: RowReader<R>): Promise<R[]> {
    // What is read are the reader's rows.
    return this.#read(writing(this.state, build), reader) as Promise<R[]>
  }

  /** Runs a statement that returns rows, by the plan of its shape. */
  rowsBy<S extends object>(
    maker: Maker<S, Made & { readonly reader: RowReader }>,
    subject: S,
    kind?: 'query',
  ): Promise<unknown[]> {
    const { query, made } = planned(maker, subject)
    return this.#read(query, made.reader, kind)
  }

  async #count(query: CompiledQuery): Promise<number> {
    const { numAffectedRows } = await this.#explained(withReadRequest(query, { reader: noColumnsReader }))
    return Number(numAffectedRows ?? 0)
  }

  async #read(query: CompiledQuery, reader: RowReader, kind?: 'query'): Promise<unknown[]> {
    const { rows } = await this.#explained(withReadRequest(query, { reader }), kind)
    return rows
  }

  #explained(query: CompiledQuery, kind: 'query' | 'write' = 'write'): Promise<QueryResult<unknown>> {
    const { table, schemas } = this.state
    const trace = isTraced()
      ? new Trace(this.#engine, { kind, query, table: schemas.nameOf(table) })
      : undefined
    return traced(trace, () => this.#send(query, trace))
  }

  async #send(query: CompiledQuery, trace: Trace | undefined): Promise<QueryResult<unknown>> {
    try {
      const result = await this.#run(query, trace)
      if (result.rows.length > 0) trace?.fetched(result.rows.length)
      else trace?.wrote(Number(result.numAffectedRows ?? 0))
      return result
    } catch (error) {
      throw explainWriteFailure(error, this.state.table, this.state.schemas, query.sql)
    }
  }
}

/** Over one connection, which was waited for before the first statement. */
export function runOn(connection: HandedConnection, waitedMs = 0): Run {
  let waited = waitedMs
  return (query, trace) => {
    trace?.connected(connection.connection)
    trace?.waited(waited)
    waited = 0
    return connection.executeQuery(query)
  }
}

/** Over a connection that could not be had. */
export function refusing(reason: Error, waitedMs: number): Run {
  return (_, trace) => {
    trace?.waited(waitedMs)
    return Promise.reject(reason)
  }
}

/** Each statement over whatever connection its turn comes on. */
export function eachOnItsOwn(binding: Binding): Run {
  return (query, trace) => {
    const on = hasSignal(query) ? (binding.beneath ?? binding) : binding
    return withConnection(on, (connection) => connection.executeQuery(query), trace)
  }
}
