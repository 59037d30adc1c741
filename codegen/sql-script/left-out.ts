import { headOf, nameIn, tokensOf } from './tokens.js'

/** What scripts held and the structure does not need, of one kind. */
export interface LeftOut {
  /** As the summary names it: `rights, owners and roles`. */
  readonly what: string
  /** How many statements, or parts of them. */
  readonly count: number
  /** Those that have a name. */
  readonly names: readonly string[]
}

/** Counts what is left out. */
export class LeftOuts {
  readonly #found = new Map<string, { count: number; readonly names: string[] }>()

  add(what: string, name?: string): void {
    const found = this.#found.get(what) ?? { count: 0, names: [] }
    found.count++
    if (name !== undefined) found.names.push(name)
    this.#found.set(what, found)
  }

  has(what: string): boolean {
    return this.#found.has(what)
  }

  list(): LeftOut[] {
    return [...this.#found].map(([what, { count, names }]) => ({ what, count, names }))
  }
}

/** Who may do what: nothing of it is part of the structure. */
export const RIGHTS = 'rights, owners and roles'
/** What concerns the whole server, where a scratch database must leave no trace. */
export const SERVER_WIDE = 'databases, tablespaces and settings of the server'
/** What a table shows to whom; that it is under row-level security at all is part of the structure. */
const POLICIES = 'policies'
export const SETTINGS = 'settings that this server does not have'
/** Rows of materialized views that code would have to make. */
export const UNFILLED = 'rows of materialized views that take code which may not run there'
export const ROWS = 'rows of files that are not there, or of programs'

const KINDS: readonly (readonly [what: string, head: RegExp])[] = [
  [RIGHTS, /^(?:create|alter|drop|comment on) (?:role|group) /],
  [RIGHTS, /^(?:create|alter|drop) user (?!mapping )/],
  [RIGHTS, /^(?:grant|revoke|reassign owned|drop owned|alter default privileges|security label) /],
  [RIGHTS, /^set (?:local |session )?(?:role |session authorization )/],
  [RIGHTS, /^reset (?:role|session authorization)/],
  // Those that code has made are dropped.
  [POLICIES, /^(?:create|alter|comment on) policy /],
  [SERVER_WIDE, /^(?:create|alter|drop|comment on) (?:database|tablespace) /],
  [SERVER_WIDE, /^(?:alter system|set (?:local |session )?default_tablespace) (?!(?:=|to) '' )/],
  ['publications and subscriptions', /^(?:create|alter|drop|comment on) (?:publication|subscription) /],
  ['event triggers', /^(?:create|alter|comment on) event trigger /],
  ['maintenance', /^(?:vacuum|analyze|analyse|cluster|reindex|checkpoint|load)\b/],
]

/** Slots and origins of replication are the server's, and stay when the database goes. */
const REPLICATION =
  /\bpg_(?:create_\w*replication_slot|copy_\w*replication_slot|replication_origin_create)\s*\(/i

/** How many words a change has at most that is looked at: a function's may have a hundred arguments. */
const LONGEST = 400

/** What a statement is about that has no bearing on the structure; undefined for all others. */
export function withoutBearing(text: string): string | undefined {
  const head = headOf(text, 5)
  const kind = KINDS.find(([, pattern]) => pattern.test(`${head} `))
  if (kind !== undefined) return kind[0]
  if (head.startsWith('copy ') && runsProgram(text)) return ROWS
  if (head.startsWith('select ') && REPLICATION.test(text)) return SERVER_WIDE
  return head.startsWith('alter ') ? change(text) : undefined
}

/** What a change is about that has no bearing on the structure, where that is all it changes. */
function change(text: string): string | undefined {
  const words: string[] = []
  for (const { text: word, depth } of tokensOf(text)) {
    if (words.push(word) > LONGEST || (depth === 0 && word === ',')) return undefined
  }
  const end = (count: number): string => words.slice(-count).join(' ')
  // `RENAME COLUMN owner TO boss` is a change of another kind.
  if (end(3).startsWith('owner to ') && !/\brename\b/.test(end(5))) return RIGHTS
  if (end(4) === 'force row level security') return POLICIES
  return end(3).startsWith('set tablespace ') || /^set tablespace [^]* nowait$/.test(end(4))
    ? SERVER_WIDE
    : undefined
}

/** Programs are not run, least of all with the rights of a server. */
function runsProgram(text: string): boolean {
  return / (?:from|to) program '/.test(headOf(text, 2000))
}

/** The dump's encoding: the script has been read by it, and is sent in another. */
export function setsEncoding(text: string): boolean {
  return /^set (?:local |session )?(?:client_encoding|names)\b/.test(headOf(text, 4))
}

/** Whether lines of data follow a statement. */
export function takesData(text: string): boolean {
  let before = ''
  for (const { text: word, depth } of tokensOf(text)) {
    if (before === '' && word !== 'copy') return false
    if (depth === 0 && before === 'from') return word === 'stdin'
    before = word
  }
  return false
}

/** What a statement is about, as a person would call it: `view public.places`. */
export function subjectOf(text: string): string {
  const words = [...firstWords(text)]
  const rows = words[0] === 'copy' ? 1 : words[0] === 'insert' ? 2 : undefined
  if (rows !== undefined) return `rows of ${nameAt(words, rows)}`
  const start = words.findIndex((word) => KEYWORD.test(word))
  if (start < 0) return words.slice(0, 4).join(' ')
  let at = start
  while (words[at] !== undefined && KEYWORD.test(words[at] ?? '')) at++
  const kind = words.slice(start, at).filter((word) => !/^(?:concurrently|if|not|exists|only)$/.test(word))
  return `${kind.join(' ')} ${nameAt(words, at)}`.trim()
}

/** A name that may have a schema. */
function nameAt(words: readonly string[], start: number): string {
  let at = start
  let name = nameIn(words[at] ?? '')
  while (words[at + 1] === '.') name += `.${nameIn(words[(at += 2)] ?? '')}`
  return name
}

const KEYWORD =
  /^(?:table|view|materialized|index|function|procedure|aggregate|type|domain|sequence|trigger|constraint|extension|schema|operator|class|family|cast|column|rule|server|foreign|collation|language|statistics|concurrently|if|not|exists|only)$/

function* firstWords(text: string): Generator<string> {
  let count = 0
  for (const token of tokensOf(text)) {
    yield token.text
    if (++count === 20) return
  }
}
