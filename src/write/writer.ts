import { CompiledQuery, type Compilable, type QueryCreator, type QueryResult, type RawBuilder } from 'kysely'
import { codecFor } from '../types/codec-for.js'
import { annotatedScope } from '../sql/aggregate/annotation.js'
import { compile, compileSql } from '../sql/compile.js'
import { Scope } from '../sql/scope.js'
import type { Engine } from '../connection/engine.js'
import type { SluiceConnection } from '../kysely/connection.js'
import type { Binding } from '../kysely/handle.js'
import { withConnection } from '../kysely/with-connection.js'
import { withReadRequest } from '../kysely/read-request.js'
import { initialState, type QueryState } from '../query/state.js'
import { knownRowReader, type RowReader } from '../rows/row-reader.js'
import { noColumnsReader, selectionReader } from '../rows/statement-readers.js'
import { objectShape } from '../rows/shape.js'
import { isTraced, Trace, traced } from '../trace/trace.js'
import { explainWriteFailure } from './write-failure.js'

/** Sends one compiled statement, and tells those who listen when it has its connection. */
export type Run = (query: CompiledQuery, trace?: Trace) => Promise<QueryResult<unknown>>

/** What a write returns of a table without columns: RETURNING takes no empty list, so that it is a number. */
const EMPTY_ROWS: RowReader = knownRowReader([{ label: '1', codec: codecFor('int4') }], objectShape([]))

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

  /** Runs a statement that returns no rows; how many it has written. */
  async count(build: (scope: Scope) => RawBuilder<unknown>): Promise<number> {
    const query = withReadRequest(this.#compile(build), { reader: noColumnsReader })
    const { numAffectedRows } = await this.#explained(query)
    return Number(numAffectedRows ?? 0)
  }

  /** Runs a statement that returns whole rows. */
  async rows(build: (scope: Scope) => RawBuilder<unknown>): Promise<unknown[]> {
    const query = this.#compile(build)
    return this.#read(query, this.state.table.columns.length === 0 ? EMPTY_ROWS : this.#wholeRows())
  }

  /** Runs a SELECT of whole rows. */
  async select(build: (creator: QueryCreator<object>) => Compilable): Promise<unknown[]> {
    return this.#read(compile(build), this.#wholeRows(), 'query')
  }

  #wholeRows(): RowReader {
    return selectionReader(initialState(this.state.table, this.state.schemas))
  }

  async #read(query: CompiledQuery, reader: RowReader, kind?: 'query'): Promise<unknown[]> {
    const { rows } = await this.#explained(withReadRequest(query, { reader }), kind)
    return rows
  }

  #compile(build: (scope: Scope) => RawBuilder<unknown>): CompiledQuery {
    const { table, schemas } = this.state
    return compileSql(build(annotatedScope(Scope.target(table, schemas))))
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
export function runOn(connection: SluiceConnection, waitedMs = 0): Run {
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
  return (query, trace) => withConnection(binding, (connection) => connection.executeQuery(query), trace)
}
