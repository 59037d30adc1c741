/** What a statement is made of, apart from blanks and comments. */
export interface Token {
  /** A word in small letters; anything else as it is written. */
  readonly text: string
  readonly start: number
  readonly end: number
  /** How many parentheses are open before it. */
  readonly depth: number
}

const PATTERN =
  /\s+|--[^\n]*|(?<comment>\/\*)|(?<string>[eE]?'|"|\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)|(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|\d[\w.]*|[^]/y

/** Reads a statement, or the body of one, as far as the caller goes. */
export function* tokensOf(text: string): Generator<Token> {
  let depth = 0
  for (let at = 0; at < text.length;) {
    PATTERN.lastIndex = at
    const found = PATTERN.exec(text)
    const start = at
    const { comment, string, word } = found?.groups ?? {}
    const [raw = ''] = found ?? []
    at = string !== undefined ? endOfString(text, at, string) : at + Math.max(raw.length, 1)
    if (comment !== undefined) at = endOfComment(text, start)
    if (comment !== undefined || /^(?:\s|--)/.test(raw)) continue
    if (raw === ')') depth = Math.max(0, depth - 1)
    yield { text: word === undefined ? text.slice(start, at) : raw.toLowerCase(), start, end: at, depth }
    if (raw === '(') depth++
  }
}

/** The first words of a statement, in small letters and one space apart: `create or replace function`. */
export function headOf(text: string, count = 12): string {
  const words: string[] = []
  for (const token of tokensOf(text)) {
    words.push(token.text)
    if (words.length === count) break
  }
  return words.join(' ')
}

/** A name as the server has it: without quotes, or in small letters. */
export function nameIn(token: string): string {
  return token.startsWith('"') ? token.slice(1, -1).replaceAll('""', '"') : token
}

function endOfString(text: string, start: number, opening: string): number {
  const from = start + opening.length
  if (opening.startsWith('$')) {
    const end = text.indexOf(opening, from)
    return end < 0 ? text.length : end + opening.length
  }
  const quote = opening.slice(-1)
  for (let at = from; at < text.length; at++) {
    if (opening.length === 2 && text.charAt(at) === '\\') at++
    else if (text.charAt(at) === quote) {
      if (text.charAt(at + 1) !== quote) return at + 1
      at++
    }
  }
  return text.length
}

function endOfComment(text: string, start: number): number {
  const edge = /\/\*|\*\//g
  edge.lastIndex = start
  let depth = 0
  for (let found = edge.exec(text); found; found = edge.exec(text)) {
    depth += found[0] === '/*' ? 1 : -1
    if (depth === 0) return edge.lastIndex
  }
  return text.length
}
