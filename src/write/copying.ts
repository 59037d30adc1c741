import { copyRows, mayCopy } from '../sql/write/copy.js'
import type { QueryState } from '../query/state.js'
import type { TableSchema } from '../schema/table.js'
import type { ByteWriter } from '../types/byte-writer.js'
import { codecFor } from '../types/codec-for.js'
import type { Batch, CopyGroup } from './batch.js'
import type { RowShape } from './row-shapes.js'
import type { Writer } from './writer.js'

/** Rows by which it is worth asking the server whether more of them may be copied. */
const FIRST_ROWS = 1_000
/** Smaller batches gain nothing: the server asks for the data of each, which takes a round trip. */
const LEAST_BATCH = 100
/** The rows of one batch are sent while those of the next are encoded. */
const MOST_SPARE = 2

/**
 * The rows of a call that go by COPY: those behind the first batch, where the server says that they come out as by INSERT.
 * The first is inserted, so that a few rows take no longer than they do; within a transaction, its lock on the table lets
 * nobody change what the server then says.
 */
export class Copying {
  /** Of the first batch. */
  readonly firstRows: number
  readonly #state: QueryState
  /** Undefined until the server was asked. */
  #isAllowed: boolean | undefined
  readonly #spare: ByteWriter[] = []

  private constructor(state: QueryState, firstRows: number) {
    this.#state = state
    this.firstRows = firstRows
  }

  /** Undefined for a table of another kind, and for batches that are too small. */
  static of(state: QueryState, batchSize = FIRST_ROWS): Copying | undefined {
    const isTable = state.table.kind === 'table' || state.table.kind === 'partitioned table'
    return isTable && batchSize >= LEAST_BATCH ? new Copying(state, batchSize) : undefined
  }

  /** Adds a row to those that are copied, if that may be. */
  add(batch: Batch, shape: RowShape, row: Readonly<Record<string, unknown>>): boolean {
    return this.#isAllowed === true && batch.copy(shape, row, () => this.#spare.pop())
  }

  async write(writer: Writer, { columns, data }: CopyGroup): Promise<number> {
    const count = await writer.copy((scope) => copyRows(scope, columns), data.finish())
    // The server has all of it by now. After a failure some may be waiting to be sent.
    if (this.#spare.length < MOST_SPARE) this.#spare.push(data.buffer)
    return count
  }

  /** Asks the server after the first batch that is full: there may be more. */
  async learn(writer: Writer, batch: Batch): Promise<void> {
    if (this.#isAllowed !== undefined || batch.rows < this.firstRows) return
    const columns = copiedColumns(this.#state.table)
    this.#isAllowed = columns.length > 0 && (await writer.exists((scope) => mayCopy(scope, columns)))
  }
}

function copiedColumns({ columns }: TableSchema): TableSchema['columns'] {
  return columns.filter(
    ({ generated, type }) => generated === undefined && codecFor(type).encodeBinary !== undefined,
  )
}
