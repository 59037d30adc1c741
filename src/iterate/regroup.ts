/** Regroups chunks of any size into batches of exactly one size; only the last may be shorter, and none is empty. */
export class Regrouper<T> {
  readonly #size: number
  #rest: T[] = []

  constructor(size: number) {
    this.#size = size
  }

  /** The batches that a chunk completes. */
  add(chunk: readonly T[]): T[][] {
    const batches: T[][] = []
    let at = 0
    if (this.#rest.length > 0) {
      at = Math.min(this.#size - this.#rest.length, chunk.length)
      // Not all at once: arguments are as many as the stack holds.
      for (const item of chunk.slice(0, at)) this.#rest.push(item)
      if (this.#rest.length < this.#size) return batches
      batches.push(this.#rest)
      this.#rest = []
    }
    for (; at + this.#size <= chunk.length; at += this.#size) batches.push(chunk.slice(at, at + this.#size))
    if (at < chunk.length) this.#rest = chunk.slice(at)
    return batches
  }

  /** What is left at the end. */
  flush(): T[][] {
    const rest = this.#rest
    this.#rest = []
    return rest.length === 0 ? [] : [rest]
  }
}
