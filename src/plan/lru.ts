/** Keeps what was used last: at most so many entries, and of these at most so much weight. */
export class Lru<V> {
  readonly #entries = new Map<string, Entry<V>>()
  readonly #most: number
  readonly #mostWeight: number
  #weight = 0

  constructor(most: number, mostWeight: number) {
    this.#most = most
    this.#mostWeight = mostWeight
  }

  get size(): number {
    return this.#entries.size
  }

  get weight(): number {
    return this.#weight
  }

  /** What is kept under the key, which counts as its use. */
  get(key: string): V | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    // A Map goes by when keys were added.
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry.value
  }

  /** Keeps a value under a key that has none, unless it alone weighs too much. */
  set(key: string, value: V, weight: number): void {
    if (weight > this.#mostWeight) return
    this.#entries.set(key, { value, weight })
    this.#weight += weight
    for (const [oldest, entry] of this.#entries) {
      if (this.#entries.size <= this.#most && this.#weight <= this.#mostWeight) return
      this.#entries.delete(oldest)
      this.#weight -= entry.weight
    }
  }
}

interface Entry<V> {
  readonly value: V
  readonly weight: number
}
