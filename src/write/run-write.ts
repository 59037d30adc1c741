import { CompiledQuery, type Compilable, type QueryCreator, type QueryResult, type RawBuilder } from 'kysely'
import { codecFor } from '../types/codec-for.js'
import { annotatedScope } from '../sql/aggregate/annotation.js'
import { compile, compileSql } from '../sql/compile.js'
import { Scope } from '../sql/scope.js'
import { ConnectionError } from '../errors.js'
import type { SluiceConnection } from '../kysely/connection.js'
import type { Source } from '../kysely/handle.js'
import { withReadRequest } from '../kysely/read-request.js'
import { initialState, type QueryState } from '../query/state.js'
import { knownRowReader, type RowReader } from '../rows/row-reader.js'
import { selectionReader } from '../rows/selection-reader.js'
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
  static on(source: Source, state: QueryState): Writer {
    return new Writer(state, eachOnItsOwn(source))
  }

  /** Runs a statement that returns no rows; how many it has written. */
  async count(build: (scope: Scope) => RawBuilder<unknown>): Promise<number> {
    const query = this.#compile(build)
    const { numAffectedRows } = await this.#explained(query, query)
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
    const { rows } = await this.#explained(query, withReadRequest(query, { reader }))
    return rows
  }

  #compile(build: (scope: Scope) => RawBuilder<unknown>): CompiledQuery {
    const { table, schemas } = this.state
    return compileSql(build(annotatedScope(Scope.target(table, schemas))))
  }

  async #explained({ sql }: CompiledQuery, query: CompiledQuery): Promise<QueryResult<unknown>> {
    try {
      return await this.#run(query)
    } catch (error) {
      throw explainWriteFailure(error, this.state.table, this.state.schemas, sql)
    }
  }
}

/**
 * Runs statements that take effect together: in the transaction that the source is in, or in one of their own.
 *
 * Within the caller's transaction a failure half-way, the server's or not, leaves nothing to do but to roll back.
 *
 * On a connection that is shared with others, one of a transaction or a pinned one, every statement takes its turn, so
 * that a stream on it can go on between them.
 */
export async function atomically<T>(
  source: Source,
  state: QueryState,
  work: (writer: Writer) => Promise<T>,
): Promise<T> {
  const shared = eachOnItsOwn(source)
  const { leases } = source.engine
  if (source.isTransaction) return inCallersTransaction(shared, state, work)
  const done = await source.executor
    .provideConnection(async (connection) => {
      const { lease, status } = connection as SluiceConnection
      if (lease <= leases) return { pinned: true, status } as const
      return {
        pinned: false,
        result: await inTransaction((query) => connection.executeQuery(query), state, work),
      }
    })
    .catch((error: unknown) => {
      // There was none to be had.
      throw error instanceof ConnectionError ? explainBegin(error, state) : error
    })
  if (!done.pinned) return done.result
  return done.status === 'I' ? inTransaction(shared, state, work) : inCallersTransaction(shared, state, work)
}

/** Runs work in a savepoint where there is a transaction, so that its failure leaves the transaction usable. */
export async function guarded<T>(
  source: Source,
  state: QueryState,
  work: (writer: Writer) => Promise<T>,
): Promise<T> {
  return source.executor.provideConnection(async (connection) => {
    const run: Run = (query) => connection.executeQuery(query)
    const writer = new Writer(state, run)
    if ((connection as SluiceConnection).status === 'I') return work(writer)
    await run(CompiledQuery.raw('savepoint sluice_write'))
    let result: T
    try {
      result = await work(writer)
    } catch (error) {
      try {
        await run(CompiledQuery.raw('rollback to sluice_write'))
        await run(CompiledQuery.raw('release sluice_write'))
      } catch {
        // The connection is lost: the first error says why.
      }
      throw error
    }
    await run(CompiledQuery.raw('release sluice_write'))
    return result
  })
}

function eachOnItsOwn(source: Source): Run {
  return (query) => source.executor.provideConnection((connection) => connection.executeQuery(query))
}

/** There is no such savepoint, so that going back to it fails and the server refuses to commit what is incomplete. */
const REFUSE_TO_COMMIT = CompiledQuery.raw('rollback to "before an incomplete bulk write"')

async function inCallersTransaction<T>(
  run: Run,
  state: QueryState,
  work: (writer: Writer) => Promise<T>,
): Promise<T> {
  let begun = false
  const noting: Run = async (query) => {
    const result = await run(query)
    begun = true
    return result
  }
  try {
    return await work(new Writer(state, noting))
  } catch (error) {
    if (begun) await run(REFUSE_TO_COMMIT).catch(() => undefined)
    throw error
  }
}

function explainBegin(error: unknown, { table, schemas }: QueryState): unknown {
  return explainWriteFailure(error, table, schemas, 'begin')
}

async function inTransaction<T>(
  run: Run,
  state: QueryState,
  work: (writer: Writer) => Promise<T>,
): Promise<T> {
  await run(CompiledQuery.raw('begin')).catch((error: unknown) => {
    throw explainBegin(error, state)
  })
  let result: T
  try {
    result = await work(new Writer(state, run))
  } catch (error) {
    try {
      await run(CompiledQuery.raw('rollback'))
    } catch {
      // The connection is lost, and with it the transaction: the first error says why.
    }
    throw error
  }
  try {
    await run(CompiledQuery.raw('commit'))
  } catch (error) {
    // A deferred constraint speaks up only now.
    throw explainWriteFailure(error, state.table, state.schemas, 'commit')
  }
  return result
}
