import { cellError, type ColumnDecoder } from './cell.js'
import { compileRows } from './compile-rows.js'
import { interpretRows, type ReadRun } from './interpret-rows.js'
import type { Shape } from './shape.js'

/** More rows than this are worth a function of their own. */
const COMPILE_AFTER = 100

/** How rows of these columns are decoded: for all results that have them. */
export class RowDecoding {
  readonly columns: readonly ColumnDecoder[]
  readonly #shape: Shape
  #run: ReadRun
  #isCompiled = false
  #rows = 0

  constructor(columns: readonly ColumnDecoder[], shape: Shape) {
    this.columns = columns
    this.#shape = shape
    this.#run = interpretRows(columns, shape)
  }

  /** What decodes so many more rows. */
  runFor(count: number): ReadRun {
    this.#rows += count
    if (!this.#isCompiled && this.#rows > COMPILE_AFTER) {
      this.#isCompiled = true
      this.#run = compileRows(this.columns, this.#shape) ?? this.#run
    }
    return this.#run
  }
}

/** Decodes the rows of one result, in the order in which they come off the wire. */
export class RowDecoder<R> {
  readonly #decoding: RowDecoding
  #rowsRead = 0

  constructor(decoding: RowDecoding) {
    this.#decoding = decoding
  }

  /**
   * Decodes whole DataRow messages, `count` of them, and appends their rows.
   *
   * @throws {@link DecodeError} naming column and row when a cell cannot be represented.
   */
  decode(bytes: Buffer, count: number, rows: R[]): void {
    const run = this.#decoding.runFor(count)
    const before = rows.length
    try {
      run(bytes, rows)
    } catch (error) {
      const row = rows.length - before
      throw cellError(error, bytes, this.#decoding.columns, row, this.#rowsRead + row + 1)
    }
    this.#rowsRead += count
  }
}
