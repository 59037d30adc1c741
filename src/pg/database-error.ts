import { DatabaseError } from 'pg'
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
  return error
}

/**
 * Whether an error was sent by the server. By shape and not by class: an application may hold several copies of pg.
 */
export function isDatabaseError(error: unknown): error is DatabaseError {
  return error instanceof Error && 'severity' in error && 'code' in error && typeof error.code === 'string'
}

/** Another error of the same, for another who meets it. */
export function copyOf(error: DatabaseError): DatabaseError {
  return Object.assign(new DatabaseError(error.message, error.length, error.name), error)
}

/** The SQLSTATE of an error that the server sent, anywhere along its causes. */
export function sqlStateOf(error: unknown): string | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    if (isDatabaseError(current)) return current.code
  }
  return undefined
}
