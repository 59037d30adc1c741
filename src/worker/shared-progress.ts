import type { Progress } from '../portal/idle-watch.js'

/** How many rows the calling thread has received, in memory that the worker sees. */
export class SharedProgress implements Progress {
  readonly memory: SharedArrayBuffer
  readonly #delivered: Float64Array

  constructor(memory = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT)) {
    this.memory = memory
    this.#delivered = new Float64Array(memory)
  }

  get delivered(): number {
    return this.#delivered[0] ?? 0
  }

  set delivered(rows: number) {
    this.#delivered[0] = rows
  }
}
