import {
  CompiledQuery,
  type Compilable,
  type DatabaseConnection,
  type QueryCreator,
  type QueryResult,
  type RawBuilder,
} from 'kysely'
import { codecFor } from '../types/codec-for.js'
import { annotatedScope } from '../sql/aggregate/annotation.js'
import { compile, compileSql } from '../sql/compile.js'
import { Scope } from '../sql/scope.js'
import type { Binding } from '../kysely/handle.js'
import { withReadRequest } from '../kysely/read-request.js'
import { initialState, type QueryState } from '../query/state.js'
import { knownRowReader, type RowReader } from '../rows/row-reader.js'
import { selectionReader } from '../rows/statement-readers.js'
import { objectShape } from '../rows/shape.js'
import { explainWriteFailure } from './write-failure.js'

/** Sends one compiled statement. */
export type Run = (query: CompiledQuery) => Promise<QueryResult<unknown>>

/** What a write returns of a table without columns: RETURNING takes no empty list, so that it is a number. */
const EMPTY_ROWS: RowReader = knownRowReader([{ label: '1', codec: codecFor('int4') }], objectShape([]))

/** A table to write to, over one connection or over any. */
export class Writer {
  readonly state: QueryState
  readonly #run: Run

  constructor(state: QueryState, run: Run) {
    this.state = state
    this.#run = run
  }

  /** Statements of this writer take a connection each; inside a transaction always its own. */
  static on(binding: Binding, state: QueryState): Writer {
    return new Writer(state, eachOnItsOwn(binding))
  }

  /** Runs a statement that a transaction begins or ends with. */
  async control(sql: string): Promise<void> {
    await this.#explained(CompiledQuery.raw(sql))
  }

  /** Runs a statement that returns no rows; how many it has written. */
  async count(build: (scope: Scope) => RawBuilder<unknown>): Promise<number> {
    const { numAffectedRows } = await this.#explained(this.#compile(build))
    return Number(numAffectedRows ?? 0)
  }

  /** Runs a statement that returns whole rows. */
  async rows(build: (scope: Scope) => RawBuilder<unknown>): Promise<unknown[]> {
    const query = this.#compile(build)
    return this.#read(query, this.state.table.columns.length === 0 ? EMPTY_ROWS : this.#wholeRows())
  }

  /** Runs a SELECT of whole rows. */
  async select(build: (creator: QueryCreator<object>) => Compilable): Promise<unknown[]> {
    return this.#read(compile(build), this.#wholeRows())
  }

  #wholeRows(): RowReader {
    return selectionReader(initialState(this.state.table, this.state.schemas))
  }

  async #read(query: CompiledQuery, reader: RowReader): Promise<unknown[]> {
    const { rows } = await this.#explained(withReadRequest(query, { reader }))
    return rows
  }

  #compile(build: (scope: Scope) => RawBuilder<unknown>): CompiledQuery {
    const { table, schemas } = this.state
    return compileSql(build(annotatedScope(Scope.target(table, schemas))))
  }

  async #explained(query: CompiledQuery): Promise<QueryResult<unknown>> {
    try {
      return await this.#run(query)
    } catch (error) {
      throw explainWriteFailure(error, this.state.table, this.state.schemas, query.sql)
    }
  }
}

/** Over one connection. */
export function runOn(connection: DatabaseConnection): Run {
  return (query) => connection.executeQuery(query)
}

/** Each statement over whatever connection its turn comes on. */
export function eachOnItsOwn({ executor }: Binding): Run {
  return (query) => executor.provideConnection((connection) => connection.executeQuery(query))
}
