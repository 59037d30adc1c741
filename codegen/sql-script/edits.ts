import { headOf, tokensOf, type Token } from './tokens.js'

/** `CREATE SCHEMA s AUTHORIZATION joe` without the role, `CREATE SCHEMA AUTHORIZATION joe` as a schema of that name. */
export function withoutSchemaOwner(text: string): string {
  const tokens = leading(text, 9)
  if (tokens[0]?.text !== 'create' || tokens[1]?.text !== 'schema') return text
  const at = tokens.findIndex(({ text: word }) => word === 'authorization')
  const [clause, role] = [tokens[at], tokens[at + 1]]
  if (clause === undefined || role === undefined || /^(?:current_|session_)/.test(role.text)) return text
  const before = tokens[at - 1]
  const isNamed = before !== undefined && before.text !== 'schema' && before.text !== 'exists'
  return cut(text, clause.start, isNamed ? role.end : role.start)
}

/** `ALTER TABLE t OWNER TO joe, …` with the present role in joe's place. */
export function withoutOwner(text: string): string | undefined {
  const tokens = [...tokensOf(text)]
  const at = tokens.findIndex(
    ({ text: word, depth }, index) =>
      word === 'owner' && depth === 0 && tokens[index + 1]?.text === 'to' && !isRenamed(tokens, index),
  )
  const role = tokens[at + 2]
  if (at < 0 || role === undefined || role.text === 'current_user') return undefined
  return `${text.slice(0, role.start)}current_user${text.slice(role.end)}`
}

/** `RENAME owner TO boss`, or with COLUMN before the name. */
function isRenamed(tokens: readonly Token[], name: number): boolean {
  return tokens[name - 1]?.text === 'rename' || tokens[name - 2]?.text === 'rename'
}

/** A statement without `TABLESPACE fast`, which in a key is `USING INDEX TABLESPACE fast`. */
export function withoutTablespace(text: string): string | undefined {
  const tokens = [...tokensOf(text)]
  const at = tokens.findIndex((token) => token.text === 'tablespace')
  const [clause, name] = [tokens[at], tokens[at + 1]]
  if (clause === undefined || name === undefined) return undefined
  const isOfKey = tokens[at - 1]?.text === 'index' && tokens[at - 2]?.text === 'using'
  return cut(text, (isOfKey ? tokens[at - 2] : clause)?.start ?? clause.start, name.end)
}

/** A table without `USING columnar`, outside of parentheses. */
export function withoutAccessMethod(text: string): string | undefined {
  let using: Token | undefined
  for (const token of tokensOf(text)) {
    if (using !== undefined) return cut(text, using.start, token.end)
    if (token.text === 'as') return undefined
    if (token.depth === 0 && token.text === 'using') using = token
  }
  return undefined
}

/** A function or procedure that runs with the rights of its caller. */
export function withCallersRights(text: string): string {
  if (!/^(?:create (?:or replace )?|alter )(?:function|procedure|routine)\b/.test(headOf(text, 4)))
    return text
  const kept: string[] = []
  let from = 0
  let before = ''
  for (const { text: word, start, end } of tokensOf(text)) {
    if (before === 'security' && word === 'definer') {
      kept.push(text.slice(from, start), 'INVOKER')
      from = end
    }
    before = word
  }
  return kept.join('') + text.slice(from)
}

/** A materialized view that is not filled; undefined for one that is not to be. */
export function withoutFilling(text: string): string | undefined {
  const tokens = [...tokensOf(text)]
  const end = tokens.slice(-3)
  const words = end.map(({ text: word }) => word).join(' ')
  if (words === 'with no data') return undefined
  const clause = words.endsWith('with data') ? end.at(-2) : undefined
  return `${text.slice(0, clause?.start ?? tokens.at(-1)?.end)} WITH NO DATA`
}

/** A statement without CONCURRENTLY. */
export function withoutConcurrently(text: string): string | undefined {
  const word = leading(text, 8).find((token) => token.text === 'concurrently')
  return word && cut(text, word.start, word.end)
}

/**
 * A table, type or change of a table without the column, constraint or action that holds a place of its text; undefined
 * where there is none, or no other.
 */
export function withoutElementAt(
  text: string,
  position: number,
): { text: string; element: string } | undefined {
  const tokens = [...tokensOf(text)]
  const isChange = tokens[0]?.text === 'alter'
  const depth = isChange ? 0 : 1
  const from = isChange ? firstAction(tokens) : tokens.findIndex((token) => token.text === '(') + 1
  if (from === 0) return undefined
  let start = tokens[from]?.start ?? 0
  let comma: number | undefined
  for (const token of tokens.slice(from)) {
    const isEnd = token.depth < depth || (token.depth === depth - 1 && token.text === ')')
    if (!isEnd && !(token.depth === depth && token.text === ',')) continue
    if (position < token.start) {
      if (position < start) return undefined
      const end = isEnd || comma !== undefined ? token.start : token.end
      return { text: cut(text, comma ?? start, end), element: text.slice(start, token.start).trim() }
    }
    if (isEnd) return undefined
    comma = token.start
    start = token.end
  }
  if (!isChange || comma === undefined || position < start) return undefined
  return { text: text.slice(0, comma), element: text.slice(start).trim() }
}

/** `ALTER TABLE IF EXISTS ONLY a.b *`: what comes behind. */
function firstAction(tokens: readonly Token[]): number {
  let at = tokens.findIndex(({ text }) => text === 'table') + 1
  while (/^(?:if|exists|only)$/.test(tokens[at]?.text ?? '')) at++
  at++
  while (tokens[at]?.text === '.') at += 2
  return tokens[at]?.text === '*' ? at + 1 : at
}

const ROLE_STATEMENTS =
  /^(?:(?:create|alter|drop) (?:role|user|group)|grant|revoke|reassign owned|alter default privileges|alter system)\b/

/** A body of PL/pgSQL in which statements about roles and rights do nothing; undefined where there is none. */
export function withoutRoleStatements(text: string): string | undefined {
  const body = /\$(\w*)\$([^]*)\$\1\$/.exec(text)
  if (body === null) return undefined
  const [whole, , inner = ''] = body
  const bodyStart = body.index + whole.indexOf(inner, whole.indexOf('$', 1) + 1)
  const kept: string[] = []
  let from = 0
  let statement: Token[] | undefined = []
  for (const token of tokensOf(inner)) {
    if (token.text === ';') {
      const [first] = statement ?? []
      if (first !== undefined && isAboutRoles(statement ?? [])) {
        kept.push(inner.slice(from, first.start), 'NULL')
        from = token.start
      }
      statement = []
    } else if (/^(?:begin|then|else|loop)$/.test(token.text)) statement = []
    else statement?.push(token)
  }
  if (kept.length === 0) return undefined
  kept.push(inner.slice(from))
  return text.slice(0, bodyStart) + kept.join('') + text.slice(bodyStart + inner.length)
}

function isAboutRoles(statement: readonly Token[]): boolean {
  const words = statement.slice(0, 4).map(({ text }) => text)
  return (
    ROLE_STATEMENTS.test(words.join(' ')) ||
    (words[0] === 'alter' && statement.at(-3)?.text === 'owner' && statement.at(-2)?.text === 'to')
  )
}

function leading(text: string, count: number): Token[] {
  const tokens: Token[] = []
  for (const token of tokensOf(text)) {
    tokens.push(token)
    if (tokens.length === count) break
  }
  return tokens
}

function cut(text: string, start: number, end: number): string {
  return text.slice(0, start) + text.slice(end)
}
