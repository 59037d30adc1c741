/** What quotes its content, a comment, a parameter, a word, and a parenthesis; all else stands between them. */
const TOKEN =
  /e'(?:[^'\\]|''|\\[^])*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[^]*?\$\1\$|--[^\n]*|\/\*[^]*?\*\/|\$\d+|[a-z_\u0080-\uffff][\w$\u0080-\uffff]*|[()]/gi

const SIGNIFICANT = /^(?:\$\d|[a-z_\u0080-\uffff][^']*$|[()])/i

/** A word, a parameter or a parenthesis of SQL that is in order; not within quotes and comments. */
export interface Token {
  readonly text: string
  readonly at: number
  /** How many parentheses it is within. */
  readonly depth: number
}

export function* tokensOf(sql: string): Generator<Token, void> {
  let depth = 0
  for (const { 0: text, index: at } of sql.matchAll(TOKEN)) {
    if (text === ')') depth--
    if (SIGNIFICANT.test(text)) yield { text, at, depth }
    if (text === '(') depth++
  }
}
