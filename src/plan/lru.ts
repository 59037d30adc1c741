/**
 * Keeps what was used last, of at most so much weight in all.
 *
 * In two generations: what is used is in the younger, or comes there from the older. When the younger is half of what is
 * kept it becomes the older, and what was not used since the last time is gone. To find something is then one look, which
 * a list in the order of use would make three.
 */
export class Lru<V> {
  readonly #most: number
  readonly #mostWeight: number
  #young = new Map<string, Entry<V>>()
  #old: ReadonlyMap<string, Entry<V>> = new Map()
  #weight = 0
  #oldWeight = 0

  /**
   * @param most entries.
   * @param mostWeight of all of them.
   */
  constructor(most: number, mostWeight: number) {
    this.#most = most
    this.#mostWeight = mostWeight
  }

  /** Of all that is kept; what is in both generations counts twice. */
  get size(): number {
    return this.#young.size + this.#old.size
  }

  get weight(): number {
    return this.#weight + this.#oldWeight
  }

  /** What is kept under the key, which counts as its use. */
  get(key: string): V | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young.value
    const old = this.#old.get(key)
    if (old === undefined) return undefined
    this.#add(key, old)
    return old.value
  }

  /** Keeps a value under a key that has none, unless it alone weighs too much. */
  set(key: string, value: V, weight: number): void {
    if (weight <= this.#mostWeight / 2) this.#add(key, { value, weight })
  }

  #add(key: string, entry: Entry<V>): void {
    const isFull = this.#young.size + 1 > this.#most / 2 || this.#weight + entry.weight > this.#mostWeight / 2
    if (isFull) {
      this.#old = this.#young
      this.#oldWeight = this.#weight
      this.#young = new Map()
      this.#weight = 0
    }
    this.#young.set(key, entry)
    this.#weight += entry.weight
  }
}

interface Entry<V> {
  readonly value: V
  readonly weight: number
}
