import type { BoundField } from '../../sql/select/partitioning.js'

/** What rows a partition takes, as `pg_get_expr` prints it. */
export type Bound =
  | { readonly kind: 'range'; readonly from: readonly BoundField[] }
  /** NULL among them is null. */
  | { readonly kind: 'list'; readonly values: readonly (string | null)[] }
  | { readonly kind: 'default' }

/** Undefined for what is none of these, as that of a partition by hash. */
export function readBound(text: string): Bound | undefined {
  if (text === 'DEFAULT') return { kind: 'default' }
  const list = /^FOR VALUES IN (\([^]*\))$/.exec(text)?.[1]
  if (list !== undefined) return { kind: 'list', values: fieldsOf(list).map(([, value]) => value) }
  const range = /^FOR VALUES FROM (\([^]*)$/.exec(text)?.[1]
  return range === undefined ? undefined : { kind: 'range', from: fieldsOf(range) }
}

/** A literal: quoted, with quotes doubled, and with backslashes doubled behind an E; or a number or word. */
const FIELD = /\s*(?:(E?)'((?:[^']|'')*)'|([^,()\s]+))\s*([,)])/y

const WORDS: Readonly<Record<string, BoundField>> = {
  MINVALUE: [-1, null],
  MAXVALUE: [1, null],
  NULL: [0, null],
  true: [0, 't'],
  false: [0, 'f'],
}

/** Those of the first list in parentheses. */
function fieldsOf(text: string): BoundField[] {
  const fields: BoundField[] = []
  FIELD.lastIndex = 1
  for (let match = FIELD.exec(text); match !== null; match = FIELD.exec(text)) {
    const [, escape, quoted, word = '', end] = match
    const unquoted = quoted?.replaceAll("''", "'")
    const value = escape === 'E' ? unquoted?.replaceAll('\\\\', '\\') : unquoted
    fields.push(value === undefined ? (WORDS[word] ?? [0, word]) : [0, value])
    if (end === ')') break
  }
  return fields
}
