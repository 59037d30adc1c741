/** A part of a script: an SQL statement without its semicolon, or a backslash command of psql. */
export interface ScriptPart {
  /** An inner command stands inside a statement, as in `select 1 \gset`. */
  readonly kind: 'statement' | 'command' | 'inner command'
  readonly text: string
  /** Where `text` begins in the script. */
  readonly offset: number
}

const identifierStart = 'A-Za-z_\\u0080-\\uffff'
const identifierPart = '\\w\\u0080-\\uffff'

/** What matters to where a statement ends; everything else is taken a character at a time by the last branch. */
// Of nothing but the constants above.
// eslint-disable-next-line security/detect-non-literal-regexp
const tokenPattern = new RegExp(
  [
    '(?<blank>\\s+|--[^\\n]*)',
    '(?<comment>/\\*)',
    '(?<quote>[\'"])',
    `(?<dollar>\\$(?:[${identifierStart}][${identifierPart}]*)?\\$)`,
    `(?<word>[${identifierStart}][${identifierPart}$]*)`,
    '(?<other>\\d[\\w.$]*|[^])',
  ].join('|'),
  'y',
)

/** Two string literals with only a line break between them are one, and follow the rules of the first. */
const continuation = /[ \t\f\v]*[\r\n]\s*'/y

/**
 * Takes a psql script apart by psql's own rules, one part at a time, since only the server knows whether a statement
 * is followed by lines of COPY data.
 */
export class ScriptScanner {
  readonly text: string
  #position = 0

  constructor(text: string) {
    this.text = text
  }

  /** How far the script has been read, in characters. */
  get position(): number {
    return this.#position
  }

  /** The next part, or `undefined` at the end of the script. */
  next(): ScriptPart | undefined {
    const nesting = new Nesting()
    let start: number | undefined
    for (;;) {
      const at = this.#position
      const token = this.#match(tokenPattern)?.groups
      if (!token) return start === undefined ? undefined : this.#statement(start, this.text.length)
      if (token['blank'] !== undefined) continue
      if (token['comment'] !== undefined) {
        this.#skipComment()
        continue
      }
      if (token['other'] === ';' && nesting.isFlat) {
        if (start !== undefined) return this.#statement(start, at)
        continue
      }
      if (token['other'] === '\\') {
        this.#position = this.#lineEnd()
        const text = this.text.slice(at, this.#position).trimEnd()
        return { kind: start === undefined ? 'command' : 'inner command', text, offset: at }
      }
      start ??= at
      this.#skipQuoted(token)
      nesting.see(token['word'] ?? token['other'] ?? '')
    }
  }

  /** The lines of COPY data that begin on the next line and end before `\.`. */
  takeCopyData(): string {
    const start = Math.min(this.#lineEnd() + 1, this.text.length)
    const end = /^\\\.\r?$/gm
    end.lastIndex = start
    const found = end.exec(this.text)
    this.#position = found ? end.lastIndex : this.text.length
    return this.text.slice(start, found?.index)
  }

  #statement(start: number, end: number): ScriptPart {
    return { kind: 'statement', text: this.text.slice(start, end).trimEnd(), offset: start }
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#position
    const found = pattern.exec(this.text)
    if (found) this.#position = pattern.lastIndex
    return found
  }

  #skipQuoted(token: Record<string, string | undefined>): void {
    if (token['dollar'] !== undefined) this.#skipPast(token['dollar'])
    else if (token['quote'] === '"') this.#skipPast('"')
    else if (token['quote'] === "'") this.#skipString(/[^']*'/y)
    else if (/^e$/i.test(token['word'] ?? '') && this.text[this.#position] === "'") {
      this.#position++
      this.#skipString(/(?:[^'\\]|\\[^])*'/y)
    }
  }

  /** A doubled quote reads as the end of one literal and the beginning of the next. */
  #skipString(rest: RegExp): void {
    do {
      if (!this.#match(rest)) this.#position = this.text.length
      if (this.text[this.#position] === "'") this.#position++
      else if (!this.#match(continuation)) return
    } while (this.#position < this.text.length)
  }

  #skipPast(delimiter: string): void {
    const end = this.text.indexOf(delimiter, this.#position)
    this.#position = end < 0 ? this.text.length : end + delimiter.length
  }

  /** Block comments nest. */
  #skipComment(): void {
    const edge = /\/\*|\*\//g
    edge.lastIndex = this.#position
    for (let depth = 1; depth > 0;) {
      const found = edge.exec(this.text)
      depth += found?.[0] === '/*' ? 1 : -1
      this.#position = found ? edge.lastIndex : this.text.length
      if (!found) return
    }
  }

  #lineEnd(): number {
    const end = this.text.indexOf('\n', this.#position)
    return end < 0 ? this.text.length : end
  }
}

/** Semicolons inside parentheses, and inside the body of a function in standard SQL, do not end a statement. */
class Nesting {
  #parentheses = 0
  #blocks = 0
  #words = ''

  get isFlat(): boolean {
    return this.#parentheses === 0 && this.#blocks === 0
  }

  see(token: string): void {
    if (token === '(') this.#parentheses++
    else if (token === ')') this.#parentheses = Math.max(0, this.#parentheses - 1)
    else if (/^[a-z]/i.test(token)) this.#seeWord(token.toLowerCase())
  }

  #seeWord(word: string): void {
    if (this.#words.length < 60) this.#words += `${word} `
    if (this.#parentheses > 0 || !/^create (?:or replace )?(?:function|procedure) /.test(this.#words)) return
    if (word === 'begin' || (word === 'case' && this.#blocks > 0)) this.#blocks++
    else if (word === 'end' && this.#blocks > 0) this.#blocks--
  }
}
