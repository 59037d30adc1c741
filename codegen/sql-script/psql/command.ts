import { isTrue, unquoted, type Arguments } from './arguments.js'
import { tokensOf } from '../tokens.js'

/** What a backslash command asks for. */
export type Action =
  | { readonly do: 'nothing' }
  | { readonly do: 'leave out'; readonly what: string }
  | { readonly do: 'refuse'; readonly because: string }
  | { readonly do: 'set'; readonly name: string; readonly value: string | undefined }
  | { readonly do: 'include'; readonly path: string; readonly besideScript: boolean }
  | { readonly do: 'connect'; readonly database: string | undefined }
  | { readonly do: 'copy' }
  | { readonly do: 'send'; readonly prefix?: string; readonly runsResult?: boolean }
  | { readonly do: 'discard' }

/** What only shows, formats, asks or measures, with `\d` and `\l` and all that begin so. */
const SILENT = new Set(
  (
    'restrict unrestrict echo qecho warn timing pset a C f H html t T x o out p print s errverbose bind sf sv ef ev e ' +
    'edit w write . ? h help copyright conninfo prompt password encoding z'
  )
    .split(' ')
    .map((name) => `\\${name}`),
)

const CONDITIONS = new Set(['\\if', '\\elif', '\\else', '\\endif'])

/** Whether a command is one of `\if`, which are followed in branches that do not run as well. */
export function isConditional(name: string): boolean {
  return CONDITIONS.has(name)
}

/** The truth of a condition's argument; undefined for what is neither true nor false. */
export function conditionOf({ values: [value = ''] }: Arguments): boolean | undefined {
  return isTrue(value)
}

/** What a command asks for, as psql takes it. */
export function actionOf(name: string, { values, hasProgram }: Arguments): Action {
  const [first, ...rest] = values
  if (hasProgram) {
    return {
      do: 'refuse',
      because: 'runs a program, which is not done here: write what it prints in its place',
    }
  }
  switch (name) {
    case '\\set':
      return first === undefined ? { do: 'nothing' } : { do: 'set', name: first, value: rest.join('') }
    case '\\unset':
      return first === undefined ? { do: 'nothing' } : { do: 'set', name: first, value: undefined }
    case '\\getenv':
      return getenv(first, rest[0])
    case '\\i':
    case '\\include':
    case '\\ir':
    case '\\include_relative':
      if (first === undefined) return { do: 'refuse', because: 'names no file' }
      return { do: 'include', path: unquoted(first), besideScript: name.includes('r') }
    case '\\c':
    case '\\connect':
      return { do: 'connect', database: databaseOf(values) }
    case '\\copy':
      return { do: 'copy' }
    case '\\g':
    case '\\gx':
    case '\\crosstabview':
      return { do: 'send' }
    case '\\gset':
      return { do: 'send', prefix: first ?? '' }
    case '\\gexec':
      return { do: 'send', runsResult: true }
    case '\\gdesc':
    case '\\r':
    case '\\reset':
      return { do: 'discard' }
    case '\\q':
    case '\\quit':
      return {
        do: 'refuse',
        because: 'ends the script early: take it out, or put \\if false around the rest',
      }
    case '\\!':
    case '\\cd':
    case '\\setenv':
    case '\\watch':
      return { do: 'leave out', what: 'psql commands that run programs or wait' }
  }
  if (SILENT.has(name) || /^\\[dl]/.test(name)) return { do: 'nothing' }
  return {
    do: 'refuse',
    because: 'is not known here: take it out, or load the file with psql and give --url',
  }
}

function getenv(name: string | undefined, from: string | undefined): Action {
  const value = from === undefined ? undefined : process.env[from]
  return name === undefined || value === undefined ? { do: 'nothing' } : { do: 'set', name, value }
}

/** `\connect shop`, `\connect -reuse-previous=on "dbname='shop'"`, and URLs. */
function databaseOf(values: readonly string[]): string | undefined {
  const [name] = values.filter((value) => !value.startsWith('-reuse-previous')).map(unquoted)
  if (name === undefined || name === '-') return undefined
  const inUrl = /^postgres(?:ql)?:\/\/[^/]*\/([^?]*)/.exec(name)?.[1]
  const inList = /\bdbname\s*=\s*(?:'((?:[^'\\]|\\.)*)'|(\S+))/.exec(name)
  if (inUrl !== undefined) return decodeURIComponent(inUrl)
  return inList ? (inList[1] ?? inList[2])?.replace(/\\(.)/g, '$1') : name
}

/** `\copy t (a, b) from 'file' with (…)`, apart. */
export interface CopyCommand {
  /** What it is called for the server. */
  readonly statement: string
  /** The lines follow in the script, are in a file, or are not to be had. */
  readonly from: 'script' | 'nowhere' | { readonly file: string }
}

/** Takes `\copy` apart; undefined for what psql would not understand either. */
export function copyOf(text: string): CopyCommand | undefined {
  const command = text.replace(/^\\copy/i, '')
  const tokens = [...tokensOf(command)]
  const at = tokens.findIndex(({ text: word, depth }) => depth === 0 && (word === 'from' || word === 'to'))
  const isProgram = tokens[at + 1]?.text === 'program'
  const source = tokens[isProgram ? at + 2 : at + 1]
  if (at < 1 || source === undefined) return undefined
  const isQuoted = source.text.startsWith("'")
  const file = isQuoted ? source.text.slice(1, -1).replaceAll("''", "'") : wordAt(command, source.start)
  const table = command.slice(0, tokens[at]?.start).trim()
  const rest = command.slice(isQuoted ? source.end : source.start + file.length).replace(/;\s*$/, '')
  const statement = `COPY ${table} FROM STDIN ${rest.trim()}`
  if (tokens[at]?.text === 'to' || isProgram) return { statement, from: 'nowhere' }
  return { statement, from: /^p?stdin$/i.test(file) ? 'script' : { file } }
}

function wordAt(text: string, start: number): string {
  return text.slice(start).split(/[\s;]/, 1)[0] ?? ''
}
