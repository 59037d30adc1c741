/** What quotes its content, a parameter, a word, and a parenthesis; all else stands between them. */
const TOKEN =
  /[eE]'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|\$\d+|[a-z_\u0080-\uffff][\w$\u0080-\uffff]*|[()]/gis

/** Where a word, a parameter or a parenthesis stands in SQL that is in order; not within quotes and comments. */
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
    if (/^(?:\$\d|[a-z_\u0080-\uffff][^']*$|[()])/i.test(text)) yield { text, at, depth }
    if (text === '(') depth++
  }
}
