import { ConnectionError } from '../errors.js'

/** Type byte and length of every message of the protocol. */
export const HEADER = 5

/** What a server says before it is ready for the first time, and what it may ever say to pg's client. */
const AT_START = typesOf('RSKENZ')
const ALWAYS = typesOf('RSKENZA123nscWIDCTtGHd')
/** Of one gigabyte, which is what the server itself can build, with its length. */
export const MOST_BYTES = 0x3fffffff + 4

const ERROR = 0x45
const NOTICE = 0x4e

function typesOf(types: string): ReadonlySet<number> {
  return new Set(Buffer.from(types))
}

/** A server that is none, or that lost the thread: nothing that it says after this can be told from something else. */
export function brokenProtocol(what: string, options?: ErrorOptions): ConnectionError {
  return new ConnectionError(
    `The server did not keep to PostgreSQL's protocol: ${what}. The connection was closed.`,
    options,
  )
}

/** A type as errors show it. */
export function nameOfType(type: number): string {
  return type > 0x20 && type < 0x7f ? `"${String.fromCharCode(type)}"` : String(type)
}

/**
 * Looks at the header of a message: pg's parser would wait for ever for one of an impossible length.
 *
 * @throws {@link ConnectionError}
 */
export function checkHeader(type: number, length: number, isStarting: boolean): void {
  if (length >= 4 && length <= MOST_BYTES && (isStarting ? AT_START : ALWAYS).has(type)) return
  const what = `it sent a message of type ${nameOfType(type)} and ${length} bytes`
  throw brokenProtocol(isStarting ? `${what}, as no PostgreSQL server begins` : what)
}

/** Whether pg's parser would read past the end of a malformed message of this type, without end. */
export function isReadByFields(type: number): boolean {
  return type === ERROR || type === NOTICE
}

/**
 * Looks at the fields of an error or notice.
 *
 * @throws {@link ConnectionError}
 */
export function checkFields(message: Buffer): void {
  let hasCode = message[0] === NOTICE
  let at = HEADER
  while (at < message.length && message[at] !== 0) {
    if (message[at] === 0x43) hasCode = true
    const end = message.indexOf(0, at)
    at = end < 0 ? message.length : end + 1
  }
  if (at !== message.length - 1 || !hasCode) throw brokenProtocol('it sent an error that cannot be read')
}
