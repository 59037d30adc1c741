import { DatabaseError, escapeIdentifier } from 'pg'
import {
  withoutAccessMethod,
  withoutConcurrently,
  withoutElementAt,
  withoutFilling,
  withoutOwner,
  withoutRoleStatements,
  withoutTablespace,
} from './edits.js'
import { RIGHTS, ROWS, SERVER_WIDE, SETTINGS, subjectOf, UNFILLED } from './left-out.js'
import { utf16Length } from './script-error.js'
import { headOf, nameIn, tokensOf } from './tokens.js'
import { NO_TRANSACTION, WANTS_NO_TRANSACTION } from './transactions.js'

/** What to do about a statement that failed. */
export type Remedy =
  /** Run another in its place, if any, and count what is missing in it. */
  | {
      readonly do: 'instead'
      readonly text: string | undefined
      readonly what?: string
      readonly name?: string
    }
  /** Run something before it. */
  | { readonly do: 'before'; readonly text: string; readonly what?: string }
  /** Begin the transaction that it needs, or end the one that it does not stand. */
  | { readonly do: 'begin' }
  | { readonly do: 'commit' }
  | { readonly do: 'unguarded' }

/** What is known of the run. */
export interface Circumstances {
  /** The server is not ours: nothing may be made there beside the scratch database. */
  readonly isShared: boolean
  /** Extensions that were left out so far: what needs them is missing. */
  readonly skipped: ReadonlySet<string>
  /** The transaction is not the script's. */
  readonly hasBegun: boolean
  /** Rows are missing, and others that refer to them may be there. */
  readonly lacksRows: boolean
  /** Of the statement: `file:line`. */
  readonly place: () => string
}

/** Object, function, table, column or schema that is not there; parameter that is not known. */
export const MISSING: ReadonlySet<string> = new Set([
  '42704',
  '42883',
  '42P01',
  '42703',
  '3F000',
  '22023',
  '42P02',
])

/** Parameters that are missing, take no such value, cannot be changed or may not be. */
const UNSETTABLE = new Set(['42704', '22023', '55P02', '42501', '0A000'])

/** Statements that run no code of the script: what needs more rights is made with them. */
const DEFINITIONS =
  /^(?:comment on|(?:create|alter|drop) (?:or replace )?(?:trusted )?(?:procedural )?(?:extension|type|domain|function|procedure|aggregate|operator|language|foreign|server|user mapping|cast|text search|access method|schema|transform|conversion|collation|view))\b/

/** Code that the server runs as it comes. */
const CODE = /^(?:do|select|call|perform)\b/

/** Code that makes roles gives them no more rights than they need where they are granted some, which is left out here. */
const RAISE_ROLES = `
  DO $$ DECLARE role text; BEGIN
    FOR role IN SELECT rolname FROM pg_roles WHERE NOT rolsuper AND rolname !~ '^pg_' LOOP
      EXECUTE format('ALTER ROLE %I SUPERUSER', role);
    END LOOP;
  END $$`

/** What is done about a failure, if it is one of those that say nothing about the structure; else undefined. */
export function remedyFor(text: string, error: unknown, circumstances: Circumstances): Remedy | undefined {
  if (!(error instanceof DatabaseError)) return undefined
  const { code = '' } = error
  const head = `${headOf(text, 8)} `
  if (/^set /.test(head) && UNSETTABLE.has(code)) return leave(SETTINGS, settingOf(head))
  return (
    ofTransactions(code, circumstances) ??
    isThereAlready(head, code) ??
    isGoneAlready(text, code) ??
    ofFilling(text, head, error, circumstances) ??
    ofRoles(text, head, error, circumstances) ??
    ofPlaces(text, head, code) ??
    ofRows(head, error, circumstances) ??
    ofTools(error, circumstances) ??
    ofExtensions(text, head, error, circumstances)
  )
}

function leave(what?: string, name?: string): Remedy {
  return {
    do: 'instead',
    text: undefined,
    ...(what !== undefined && { what }),
    ...(name !== undefined && { name }),
  }
}

function settingOf(head: string): string {
  return head.replace(/^set (?:local |session )?/, '').split(' ', 1)[0] ?? ''
}

/** `pg_dump -n public` makes the schema that every database begins with, old ones its language. */
function isThereAlready(head: string, code: string): Remedy | undefined {
  if (code === '42P06' && /^create schema (?:public|"public") $/.test(head)) return leave()
  return code === '42710' &&
    /^create (?:or replace )?(?:procedural )?(?:language|extension) "?plpgsql\b/.test(head)
    ? leave()
    : undefined
}

/** Behind a table's name and a column's, each of which may have a schema and be a keyword apart. */
const DROP_HEAD = 16

/** `pg_dump --clean` drops first what it makes. */
function isGoneAlready(text: string, code: string): Remedy | undefined {
  if (!MISSING.has(code)) return undefined
  const head = `${headOf(text, DROP_HEAD)} `
  const isDrop =
    head.startsWith('drop ') ||
    (head.startsWith('alter ') && / drop (?:constraint|column|default) /.test(head)) ||
    /^select (?:pg_catalog \. )?lo_unlink \(/.test(head) ||
    (head.startsWith('create or replace view ') && isPlaceholder(text))
  return isDrop ? leave('drops of what is not there') : undefined
}

/** `SELECT NULL::mood AS a`: by it pg_dump takes from a view, before it goes, what hangs on it. */
function isPlaceholder(text: string): boolean {
  const words: string[] = []
  for (const { text: word, depth } of tokensOf(text)) {
    if (depth === 0 && word === 'from') return false
    words.push(word)
  }
  const start = words.indexOf('select')
  return words.slice(start + 1, start + 4).join(' ') === 'null : :'
}

/** On others' server a view is not filled where that takes code that may not run there: what it has is known without. */
function ofFilling(
  text: string,
  head: string,
  { code, message }: DatabaseError,
  { isShared }: Circumstances,
): Remedy | undefined {
  const isUnfilled = code === '55000' && message.endsWith('has not been populated')
  const isRefused = code === '42501' && /^permission denied for function /.test(message)
  if (!isShared || !(isUnfilled || isRefused)) return undefined
  if (head.startsWith('refresh materialized view ')) return leave(UNFILLED)
  if (!head.startsWith('create materialized view ')) return undefined
  const instead = withoutFilling(text)
  return instead === undefined ? undefined : { do: 'instead', text: instead, what: UNFILLED }
}

function ofRoles(
  text: string,
  head: string,
  { code, message }: DatabaseError,
  { isShared, place }: Circumstances,
): Remedy | undefined {
  const role = /^role "([^]*)" does not exist$/.exec(message)?.[1]
  const isMissing = code === '42704' && /^role "/.test(message)
  if (!isShared && code === '42501') return { do: 'before', text: RAISE_ROLES }
  // With all rights, so that what is done in its name is done. It is there for others of the same name.
  if (!isShared)
    return isMissing && role !== undefined
      ? { do: 'before', text: `CREATE ROLE ${escapeIdentifier(role)} SUPERUSER` }
      : undefined
  if (code !== '42501' && code !== '42704') return undefined
  if (/^create user mapping /.test(head)) return leave(RIGHTS)
  if (CODE.test(head)) return ofCode(text, place, code === '42501' || isMissing)
  if (code === '42501' && DEFINITIONS.test(head)) return { do: 'unguarded' }
  const instead = withoutOwner(text)
  return instead === undefined ? undefined : { do: 'instead', text: instead, what: RIGHTS }
}

/** Code that makes roles does the rest without; where that is not to be told apart it is left out. */
function ofCode(text: string, place: () => string, isRefused: boolean): Remedy | undefined {
  if (!isRefused) return undefined
  const instead = withoutRoleStatements(text)
  if (instead !== undefined) return { do: 'instead', text: instead, what: RIGHTS }
  return leave('code that needs rights on the whole server', place())
}

function ofTransactions(code: string, { hasBegun }: Circumstances): Remedy | undefined {
  if (code === NO_TRANSACTION) return { do: 'begin' }
  return hasBegun && WANTS_NO_TRANSACTION.has(code) ? { do: 'commit' } : undefined
}

/** Files of rows that are not there; rows that refer to theirs have no bearing on the structure either. */
function ofRows(head: string, error: DatabaseError, { lacksRows }: Circumstances): Remedy | undefined {
  const { code = '', schema, table } = error
  if (/^copy /.test(head) && (code === '58P01' || code === '42501')) return leave(ROWS)
  if (!lacksRows || !/^23/.test(code)) return undefined
  if (/^(?:insert|update|delete|copy|merge|with) /.test(head)) return leave(ROWS)
  if (!/^alter table /.test(head) || schema === undefined || table === undefined) return undefined
  const name = `${escapeIdentifier(schema)}.${escapeIdentifier(table)}`
  return { do: 'before', text: `TRUNCATE ${name} CASCADE`, what: ROWS }
}

/** golang-migrate has its own table from the start, which migrations refer to. */
function ofTools({ code, message }: DatabaseError, { place }: Circumstances): Remedy | undefined {
  const isMissing = code === '42P01' && message === 'relation "schema_migrations" does not exist'
  if (!isMissing || !/\.up\.sql:\d+$/.test(place())) return undefined
  return {
    do: 'before',
    text: 'CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL)',
  }
}

/** Where and how rows are stored. */
function ofPlaces(text: string, head: string, code: string): Remedy | undefined {
  if (code === '25001') {
    const instead = withoutConcurrently(text)
    return instead === undefined ? undefined : { do: 'instead', text: instead }
  }
  if (code !== '42704' && code !== '42501') return undefined
  const elsewhere = withoutTablespace(text)
  if (elsewhere !== undefined) return { do: 'instead', text: elsewhere, what: SERVER_WIDE }
  if (code !== '42704' || !/^create (?:\w+ ){0,2}(?:table|view) /.test(head)) return undefined
  const instead = withoutAccessMethod(text)
  return instead === undefined ? undefined : { do: 'instead', text: instead, what: SETTINGS }
}

/** What hangs on an extension that was left out: of a table, the columns and constraints; else the whole. */
function ofExtensions(
  text: string,
  head: string,
  error: DatabaseError,
  { skipped }: Circumstances,
): Remedy | undefined {
  if (skipped.size === 0 || !MISSING.has(error.code ?? '')) return undefined
  const what = `what hangs on ${[...skipped].join(', ')}, or on what else is missing`
  const subject = subjectOf(text)
  const hasElements = /^(?:create (?:\w+ )*?(?:table|type)|alter (?:foreign )?table) /.test(head)
  if (hasElements && error.position !== undefined) {
    const found = withoutElementAt(text, utf16Length(text, Number(error.position) - 1))
    if (found !== undefined) {
      const name = `${elementName(found.element)} of ${subject}`
      return { do: 'instead', text: found.text, what, name }
    }
  }
  return leave(what, head.startsWith('alter ') ? `a change of ${subject}` : subject)
}

function elementName(element: string): string {
  const words: string[] = []
  for (const { text } of tokensOf(element)) {
    words.push(text)
    if (words.length === 3) break
  }
  const [first = '', second = '', third = ''] = words
  if (first === 'add') return nameIn(second === 'column' || second === 'constraint' ? third : second)
  return nameIn(first === 'constraint' ? second : first)
}
