import { UsageError } from '../errors.js'
import type { Parameter } from '../request.js'

/**
 * The frontend messages of PostgreSQL's extended query protocol that a portal needs. pg's own serializer knows one
 * result format for all columns only, and a portal chooses per column.
 */

/** Parse into a statement, the unnamed one by default; the server infers the parameters' types. */
export function parse(sql: string, name = ''): Buffer {
  const message = header('P', Buffer.byteLength(name) + 1 + Buffer.byteLength(sql) + 1 + 2)
  let at = 5 + message.write(name, 5)
  message[at++] = 0
  at += message.write(sql, at)
  message[at++] = 0
  message.writeInt16BE(0, at)
  return message
}

const MAX_PARAMETERS = 0xffff

/** The longest message that a server takes. */
const MAX_MESSAGE = 0x3ffffffe

/**
 * Bind a statement, the unnamed one by default, to a portal. An empty `formats` asks for text in every column.
 *
 * @throws {@link UsageError} for more than 65,535 parameters or 1 GiB of them, which the protocol cannot carry.
 */
export function bind(
  portal: string,
  parameters: readonly Parameter[],
  formats: readonly number[],
  statement = '',
): Buffer {
  if (parameters.length > MAX_PARAMETERS) {
    throw new UsageError(
      `A statement takes at most ${MAX_PARAMETERS} parameters, not ${parameters.length}: pass lists as one array.`,
    )
  }
  const names = Buffer.byteLength(portal) + 1 + Buffer.byteLength(statement) + 1
  const sizes = parameters.map(sizeOf)
  const lists = 2 + parameters.length * 2 + 2 + sum(sizes) + 2 + formats.length * 2
  const message = header('B', names + lists)
  let at = 5 + message.write(portal, 5)
  message[at++] = 0
  at += message.write(statement, at)
  message[at++] = 0
  at = message.writeUInt16BE(parameters.length, at)
  for (const value of parameters) at = message.writeInt16BE(Buffer.isBuffer(value) ? 1 : 0, at)
  at = message.writeUInt16BE(parameters.length, at)
  parameters.forEach((value, index) => {
    if (value === null) {
      at = message.writeInt32BE(-1, at)
      return
    }
    at = message.writeInt32BE(sizes[index] ?? 0, at)
    at += Buffer.isBuffer(value) ? value.copy(message, at) : message.write(value, at)
  })
  at = message.writeUInt16BE(formats.length, at)
  for (const format of formats) {
    message[at++] = 0
    message[at++] = format
  }
  return message
}

/** How many bytes parameters take in a Bind, their lengths included. */
export function valuesLength(parameters: readonly Parameter[]): number {
  return sum(parameters.map(sizeOf))
}

function sizeOf(value: Parameter): number {
  return value === null ? 0 : Buffer.byteLength(value)
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((all, size) => all + 4 + size, 0)
}

/** A simple query, which needs no Sync: the server answers ReadyForQuery by itself. */
export function simpleQuery(sql: string): Buffer {
  return named('Q', sql)
}

/** Describe a portal: the server answers with its row description. */
export function describe(portal: string): Buffer {
  return named('D', `P${portal}`)
}

/** Parse a statement and describe it: the server answers with its row description, and no format is chosen yet. */
export function describeMessages(sql: string): Buffer[] {
  return [parse(sql), named('D', 'S'), SYNC]
}

/** Execute up to `rows` rows of a portal; 0 is all of them. */
export function execute(portal: string, rows: number): Buffer {
  const name = Buffer.byteLength(portal)
  const message = header('E', name + 1 + 4)
  const at = 5 + message.write(portal, 5)
  message[at] = 0
  message.writeUInt32BE(rows, at + 1)
  return message
}

/** Close a portal; the server does not mind one that is gone already. */
export function close(portal: string): Buffer {
  return named('C', `P${portal}`)
}

/** Close a prepared statement; the server does not mind one that is gone already. */
export function closeStatement(name: string): Buffer {
  return named('C', `S${name}`)
}

/** Sync: the server answers ReadyForQuery, after skipping to here if anything before failed. */
export const SYNC: Buffer = header('S', 0)

/** A whole query and its Sync: parse, bind, describe and execute to the end. */
export function queryMessages(
  sql: string,
  parameters: readonly Parameter[],
  formats: readonly number[],
): Buffer[] {
  return [parse(sql), bind('', parameters, formats), DESCRIBE, EXECUTE_ALL, SYNC]
}

/** The unnamed portal, described and executed to the end. */
export const DESCRIBE: Buffer = describe('')
export const EXECUTE_ALL: Buffer = execute('', 0)

/** A statement without rows, such as BEGIN, within a pipeline of other messages. */
export function statement(sql: string, parameters: readonly Parameter[] = []): Buffer {
  return Buffer.concat([parse(sql), bind('', parameters, []), execute('', 0)])
}

function named(type: string, text: string): Buffer {
  const message = header(type, Buffer.byteLength(text) + 1)
  const end = 5 + message.write(text, 5)
  message[end] = 0
  return message
}

/** @throws {@link UsageError} for what is longer than one message: the server would close the connection. */
export function refuseTooLong(bytes: number): void {
  if (bytes <= MAX_MESSAGE) return
  throw new UsageError(
    `A statement's SQL and its parameters take at most ${MAX_MESSAGE} bytes each, not ${bytes}: ` +
      'PostgreSQL has no longer messages. Write large values in parts, or fewer rows at once.',
  )
}

/** @throws as {@link refuseTooLong}. */
function header(type: string, bodyLength: number): Buffer {
  refuseTooLong(4 + bodyLength)
  const message = Buffer.allocUnsafe(5 + bodyLength)
  message.write(type, 0, 'latin1')
  message.writeInt32BE(4 + bodyLength, 1)
  return message
}
