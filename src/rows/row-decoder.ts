import { cellError, type ColumnDecoder } from './cell.js'
import { compileRows } from './compile-rows.js'
import { interpretRows, type ReadRun } from './interpret-rows.js'
import type { Shape } from './shape.js'

/** A result of more rows than this is worth a function of its own. */
const COMPILE_AFTER = 100

/** Decodes the rows of one result, in the order in which they come off the wire. */
export class RowDecoder<R> {
  readonly #columns: readonly ColumnDecoder[]
  readonly #shape: Shape
  #run: ReadRun
  #isCompiled = false
  #rowsRead = 0

  constructor(columns: readonly ColumnDecoder[], shape: Shape) {
    this.#columns = columns
    this.#shape = shape
    this.#run = interpretRows(columns, shape)
  }

  /**
   * Decodes whole DataRow messages, `count` of them, and appends their rows.
   *
   * @throws {@link DecodeError} naming column and row when a cell cannot be represented.
   */
  decode(bytes: Buffer, count: number, rows: R[]): void {
    if (!this.#isCompiled && this.#rowsRead + count > COMPILE_AFTER) {
      this.#isCompiled = true
      this.#run = compileRows(this.#columns, this.#shape) ?? this.#run
    }
    const before = rows.length
    try {
      this.#run(bytes, rows)
    } catch (error) {
      const row = rows.length - before
      throw cellError(error, bytes, this.#columns, row, this.#rowsRead + row + 1)
    }
    this.#rowsRead += count
  }
}
