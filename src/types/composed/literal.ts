import type { DecodeError } from '../../errors.js'
import { unrecognised } from '../describe.js'

/** One part of an array, range or composite literal, quoted so that it is read back as it is. */
export function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

/** An encoded value as text inside such a literal: bytes go in hexadecimal. */
export function literalText(encoded: string | Buffer): string {
  return typeof encoded === 'string' ? encoded : `\\x${encoded.toString('hex')}`
}

const needsNoQuotes = /^(?!null$)[-+.:\w]+$/i

/** An encoded value as an element of an array's literal. */
export function elementText(encoded: string | Buffer): string {
  const text = literalText(encoded)
  return needsNoQuotes.test(text) ? text : quote(text)
}

/** What `read` makes of the whole of a literal. */
export function readLiteral<T>(type: string, text: string, read: (literal: LiteralReader) => T): T {
  const literal = new LiteralReader(type, text)
  const value = read(literal)
  literal.end()
  return value
}

/** Reads the literals of `type` that PostgreSQL prints for arrays, ranges and composites, from left to right. */
export class LiteralReader {
  /** Whether the part read last was in quotes, and so is not a NULL. */
  quoted = false
  #at = 0

  constructor(
    readonly type: string,
    readonly text: string,
  ) {}

  /** Whether `text` comes next. */
  sees(text: string): boolean {
    return this.text.startsWith(text, this.#at)
  }

  /** Passes `text` if it comes next. */
  take(text: string): boolean {
    const seen = this.sees(text)
    if (seen) this.#at += text.length
    return seen
  }

  /** The next character, passed. */
  next(): string {
    return this.text.charAt(this.#at++)
  }

  /** @throws {@link DecodeError} when `character` does not come next. */
  expect(character: string): void {
    if (!this.take(character)) throw this.malformed()
  }

  /** @throws {@link DecodeError} when something is left. */
  end(): void {
    if (this.#at !== this.text.length) throw this.malformed()
  }

  /** The part up to one of the characters of `stops`, or the one in quotes that starts here. */
  part(stops: string): string {
    this.quoted = this.sees('"')
    if (this.quoted) return this.#quotedPart()
    const start = this.#at
    while (this.#at < this.text.length && !stops.includes(this.text.charAt(this.#at))) this.#at++
    return this.text.slice(start, this.#at)
  }

  malformed(): DecodeError {
    return unrecognised(this.type, this.text)
  }

  #quotedPart(): string {
    let text = ''
    let from = ++this.#at
    for (;;) {
      const character = this.text[this.#at]
      if (character === undefined) throw this.malformed()
      if (character === '\\') {
        text += this.text.slice(from, this.#at)
        from = this.#at + 1
        this.#at += 2
      } else if (character === '"') {
        text += this.text.slice(from, this.#at)
        this.#at++
        if (!this.sees('"')) return text
        // Ranges and composites double a quote where arrays escape it.
        from = this.#at++
      } else {
        this.#at++
      }
    }
  }
}
