import { ConnectionError } from '../errors.js'

/** Type byte and length of every message of the protocol. */
export const HEADER = 5

/** Of one gigabyte, which is what the server itself can build, with its length. */
export const MOST_BYTES = 0x3fffffff + 4

interface ServerMessage {
  readonly name: string
  /** When it may come: while the connection is made, unasked, or in answer to a message of ours. */
  readonly due: 'at start' | 'any time' | 'as answer' | 'never'
  /** The messages of ours, by their letters, whose answer it may be part of, and those whose answer it ends. */
  readonly within?: string
  readonly ends?: string
  /** Who gets it: pg, or whoever has the turn (pg, where that is a query of pg's). */
  readonly to: 'pg' | 'turn'
  /** Also said while the connection is made. */
  readonly starts?: true
}

/** What the server says, by its letter: when it may come and who gets it. */
const SERVER_MESSAGES: Readonly<Record<string, ServerMessage>> = {
  R: { name: 'Authentication', due: 'at start', to: 'pg', starts: true },
  K: { name: 'BackendKeyData', due: 'at start', to: 'pg', starts: true },
  S: { name: 'ParameterStatus', due: 'any time', to: 'pg', starts: true },
  N: { name: 'NoticeResponse', due: 'any time', to: 'pg', starts: true },
  // A login trigger may have the session listen before it is ready.
  A: { name: 'NotificationResponse', due: 'any time', to: 'pg', starts: true },
  // Ends any answer: what else was sent is skipped, up to the Sync.
  E: { name: 'ErrorResponse', due: 'as answer', to: 'turn', starts: true },
  Z: { name: 'ReadyForQuery', due: 'as answer', ends: 'SQ', to: 'turn', starts: true },
  1: { name: 'ParseComplete', due: 'as answer', ends: 'P', to: 'turn' },
  2: { name: 'BindComplete', due: 'as answer', ends: 'B', to: 'turn' },
  3: { name: 'CloseComplete', due: 'as answer', ends: 'C', to: 'turn' },
  t: { name: 'ParameterDescription', due: 'as answer', within: 'D', to: 'turn' },
  T: { name: 'RowDescription', due: 'as answer', within: 'Q', ends: 'D', to: 'turn' },
  n: { name: 'NoData', due: 'as answer', ends: 'D', to: 'turn' },
  D: { name: 'DataRow', due: 'as answer', within: 'EQ', to: 'turn' },
  C: { name: 'CommandComplete', due: 'as answer', within: 'Q', ends: 'E', to: 'turn' },
  I: { name: 'EmptyQueryResponse', due: 'as answer', within: 'Q', ends: 'E', to: 'turn' },
  s: { name: 'PortalSuspended', due: 'as answer', ends: 'E', to: 'turn' },
  // COPY, of which only that into a table may have data of ours.
  G: { name: 'CopyInResponse', due: 'as answer', within: 'EQ', to: 'turn' },
  H: { name: 'CopyOutResponse', due: 'as answer', within: 'EQ', to: 'turn' },
  d: { name: 'CopyData', due: 'as answer', within: 'EQ', to: 'turn' },
  c: { name: 'CopyDone', due: 'as answer', within: 'EQ', to: 'turn' },
  W: { name: 'CopyBothResponse', due: 'never', to: 'turn' },
}

/** By the letter of a message of ours: what its answer may have in it, and what ends it. */
export type Answer = { readonly within: string; readonly ends: string }

function answerTo(letter: string): Answer {
  const lettersWith = (part: 'within' | 'ends'): string =>
    Object.entries(SERVER_MESSAGES)
      .flatMap(([type, message]) => (message[part]?.includes(letter) ? type : []))
      .join('')
  return { within: lettersWith('within'), ends: lettersWith('ends') }
}

/** Parse, Bind, Describe, Execute, Close, Sync and Query. */
export const ANSWERS: ReadonlyMap<string, Answer> = new Map(
  [...'PBDECSQ'].map((letter) => [letter, answerTo(letter)]),
)

/** The types, as bytes, of the messages that something holds for. */
function bytesWhere(holds: (message: ServerMessage) => boolean): ReadonlySet<number> {
  const letters = Object.entries(SERVER_MESSAGES).flatMap(([type, message]) => (holds(message) ? type : []))
  return new Set(Buffer.from(letters.join('')))
}

const KNOWN = bytesWhere(() => true)
const AT_START = bytesWhere(({ starts }) => starts === true)
const ANY_TIME = bytesWhere(({ due }) => due === 'any time')
const FOR_TURN = bytesWhere(({ to }) => to === 'turn')
const ERROR = 0x45
const NOTICE = 0x4e

/** Whether a message of this type may come at any time, and answers nothing. */
export function isUnasked(type: number): boolean {
  return ANY_TIME.has(type)
}

/** Whether a message of this type is for whoever has the turn. */
export function isForTurn(type: number): boolean {
  return FOR_TURN.has(type)
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
  if (length >= 4 && length <= MOST_BYTES && (isStarting ? AT_START : KNOWN).has(type)) return
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

/**
 * Looks at whether the values of a row end where it does: pg's parser would read one that says to be longer out of what
 * comes behind.
 *
 * @throws {@link ConnectionError}
 */
export function checkRow(message: Buffer): void {
  const { length } = message
  let at = HEADER + 2
  let cells = length < at ? -1 : message.readUInt16BE(HEADER)
  for (; cells > 0 && at + 4 <= length; cells--) {
    const size = message.readInt32BE(at)
    at += size === -1 ? 4 : size < 0 ? length : 4 + size
  }
  if (cells !== 0 || at !== length) throw brokenProtocol('it sent a row that cannot be read')
}

/**
 * Looks at how a ReadyForQuery says that the transaction is: what writes and streams do depends on it.
 *
 * @throws {@link ConnectionError}
 */
export function checkStatus(message: Buffer): void {
  if (message.length !== HEADER + 1 || !'ITE'.includes(String.fromCharCode(message[HEADER] ?? 0)))
    throw brokenProtocol('it is ready in a way that there is not')
}
