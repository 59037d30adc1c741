import { DatabaseError } from 'pg'
import { isError } from '../errors.js'
import { HEADER } from './server-messages.js'

/** The fields of an ErrorResponse, by their letters, as pg's errors have them. */
const FIELDS: readonly (readonly [letter: string, property: keyof DatabaseError])[] = [
  ['S', 'severity'],
  ['C', 'code'],
  ['D', 'detail'],
  ['H', 'hint'],
  ['P', 'position'],
  ['p', 'internalPosition'],
  ['q', 'internalQuery'],
  ['W', 'where'],
  ['s', 'schema'],
  ['t', 'table'],
  ['c', 'column'],
  ['d', 'dataType'],
  ['n', 'constraint'],
  ['F', 'file'],
  ['L', 'line'],
  ['R', 'routine'],
]

/** The error of an ErrorResponse whose fields were checked: the same that pg's client makes of it. */
export function readDatabaseError(message: Buffer): DatabaseError {
  const fields = new Map<string, string>()
  for (let at = HEADER; at < message.length - 1;) {
    const end = message.indexOf(0, at)
    fields.set(String.fromCharCode(message[at] ?? 0), message.toString('utf8', at + 1, end))
    at = end + 1
  }
  const error = new DatabaseError(fields.get('M') ?? '', message.length - 1, 'error')
  for (const [letter, name] of FIELDS) Object.assign(error, { [name]: fields.get(letter) })
  return withoutValues(error)
}

/** What may hold values of rows and parameters, or, of pg's pool, its settings. */
const UNLISTED = ['detail', 'where', 'internalQuery', 'fullMessage', 'client']

/** Whether a function of the database raised an error itself: what it says beside the message may be of any kind. */
export function isRaised({ routine }: DatabaseError): boolean {
  return routine === 'exec_stmt_raise'
}

/**
 * Has an error of the server's show no values, whoever prints it: what may hold some is where it was, but not
 * enumerable, and so is the whole message as `fullMessage` where it quotes one.
 */
export function withoutValues(error: DatabaseError): DatabaseError {
  const names = isRaised(error) ? [...UNLISTED, 'hint'] : UNLISTED
  for (const name of names)
    if (Object.hasOwn(error, name)) Object.defineProperty(error, name, { enumerable: false })
  const message = withoutQuoted(error)
  if (message === error.message) return error
  Object.defineProperty(error, 'fullMessage', { value: error.message })
  error.message = message
  // Its first lines are the message as it was.
  Error.captureStackTrace(error, withoutValues)
  return error
}

const QUOTE = /["«»„“”「」]/g

/**
 * The message of bad data, and of a syntax error that is not in the SQL, quotes the data: what is between its first and
 * its last quotation mark is left out. Which marks they are depends on the server's language.
 */
function withoutQuoted({ message, code = '', position }: DatabaseError): string {
  if (position !== undefined || !(code.startsWith('22') || code === '42601')) return message
  const marks = [...message.matchAll(QUOTE)]
  const [first, last] = [marks[0]?.index, marks.at(-1)?.index]
  if (first === undefined || last === undefined || first === last) return message
  return `${message.slice(0, first + 1)}…${message.slice(last)}`
}

/**
 * Whether an error was sent by the server. By shape and not by class: an application may hold several copies of pg.
 */
export function isDatabaseError(error: unknown): error is DatabaseError {
  return isError(error) && 'severity' in error && 'code' in error && typeof error.code === 'string'
}

/** Another error of the same, for another who meets it; what is not enumerable stays so. */
export function copyOf(error: DatabaseError): DatabaseError {
  const { stack: _, ...properties } = Object.getOwnPropertyDescriptors(error)
  const copy = new DatabaseError(error.message, error.length, error.name)
  return withoutValues(Object.defineProperties(copy, properties))
}

/** The SQLSTATE of an error that the server sent, anywhere along its causes. */
export function sqlStateOf(error: unknown): string | undefined {
  for (let current = error; isError(current); current = current.cause) {
    if (isDatabaseError(current)) return current.code
  }
  return undefined
}
