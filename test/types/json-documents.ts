/** A seeded source of numbers from 0 up to 1. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 0x100000000
  }
}

const words = ['id', 'name', 'email', 'größe', '名前', '😀', 'created_at', '', '0', '17', '-1', '__proto__']
const inherited = ['constructor', 'toString', 'hasOwnProperty', 'valueOf']
const characters = ['a', 'Z', ' ', '/', 'é', 'ß', '你', '😀', '\u2028', '\u007f', '\ufeff', '\ufffd']
const escapes = ['\\n', '\\"', '\\\\', '\\/', '\\u0000', '\\u00e9', '\\ud83d\\ude00', '\\ud83d', '\\udc00']
const spaces = ['', '', '', ' ', '\n', '\t', '\r', '  \n']

/** Writes JSON texts at random: every kind of value, spelled in every way that JSON allows. */
export class JsonWriter {
  readonly #random: () => number

  constructor(random: () => number) {
    this.#random = random
  }

  document(): string {
    return this.#space() + this.#value(this.#below(5)) + this.#space()
  }

  number(): string {
    const sign = this.#chance(0.3) ? '-' : ''
    const integer = this.#chance(0.3) ? '0' : this.#nonZero() + this.#digits(this.#below(18))
    const fraction = this.#chance(0.5) ? `.${this.#digits(1 + this.#below(24))}` : ''
    const exponent = this.#chance(0.1)
      ? this.#pick(['e', 'E']) + this.#pick(['', '+', '-']) + this.#digits(1 + this.#below(3))
      : ''
    return sign + integer + fraction + exponent
  }

  #value(depth: number): string {
    const kind = this.#below(depth > 0 ? 8 : 5)
    if (kind === 0) return this.#pick(['true', 'false', 'null'])
    if (kind < 3) return this.number()
    if (kind < 5) return this.#string()
    return kind === 5 ? this.#array(depth) : this.#object(depth)
  }

  #array(depth: number): string {
    const length = this.#chance(0.05) ? 100 : this.#below(6)
    return this.#joined('[', ']', length, () => this.#value(depth - 1))
  }

  #object(depth: number): string {
    const length = this.#chance(0.05) ? 40 : this.#below(8)
    return this.#joined('{', '}', length, () => {
      const key = this.#key()
      return `${key}${this.#space()}:${this.#space()}${this.#value(depth - 1)}`
    })
  }

  #joined(open: string, close: string, length: number, item: () => string): string {
    const items = Array.from({ length }, () => this.#space() + item() + this.#space())
    return open + (length === 0 ? this.#space() : items.join(',')) + close
  }

  #key(): string {
    if (this.#chance(0.02)) return `"${this.#pick(inherited)}"`
    return this.#chance(0.9) ? `"${this.#pick(words)}"` : this.#string()
  }

  #string(): string {
    const length = this.#chance(0.1) ? this.#below(400) : this.#below(40)
    const strange = this.#pick([0, 0, 0, 0.1])
    const parts = Array.from({ length }, () => {
      if (!this.#chance(strange)) return this.#pick(['e', 't', 'a', 'o', 'n'])
      return this.#pick(this.#chance(0.5) ? escapes : characters)
    })
    return `"${parts.join('')}"`
  }

  #space(): string {
    return this.#pick(spaces)
  }

  #nonZero(): string {
    return String(1 + this.#below(9))
  }

  #digits(length: number): string {
    return Array.from({ length }, () => this.#below(10)).join('')
  }

  #chance(share: number): boolean {
    return this.#random() < share
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[this.#below(choices.length)] as T
  }
}
