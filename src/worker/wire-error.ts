import {
  ConnectionError,
  DecodeError,
  isError,
  SchemaDriftError,
  TimeoutError,
  UsageError,
} from '../errors.js'
import { isDatabaseError, withoutValues } from '../pg/database-error.js'
import { stackOf } from '../stack-trace.js'

/** An error as data: structured clone keeps the message but drops what the server said beside it. */
export interface WireError {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  /** The own properties of the error: severity, code, detail, position … of one that the server sent. */
  readonly properties: Record<string, unknown>
  readonly cause: WireError | undefined
}

const CLASSES: Readonly<Record<string, (message: string, options: ErrorOptions) => Error>> = {
  ConnectionError: (message, options) => new ConnectionError(message, options),
  // Which of its codes it has is among the properties.
  TimeoutError: (message, options) => new TimeoutError('FETCH_TIMEOUT', message, options),
  UsageError: (message, options) => new UsageError(message, options),
  // Of what is asked beside the rows, which are read on the calling thread.
  DecodeError: (message, options) => new DecodeError(message, options),
  SchemaDriftError: (message, options) => new SchemaDriftError(message, options),
}

const COPIED = new Set(['message', 'stack'])
const PLAIN = new Set(['string', 'number', 'boolean'])

export function toWireError(error: Error): WireError {
  // Those too that no log is to print.
  const properties = Object.entries(Object.getOwnPropertyDescriptors(error))
    .map(([name, { value }]): [string, unknown] => [name, value])
    .filter(([name, value]) => !COPIED.has(name) && (value === null || PLAIN.has(typeof value)))
  return {
    name: error.name,
    message: error.message,
    stack: stackOf(error),
    properties: Object.fromEntries(properties),
    cause: isError(error.cause) ? toWireError(error.cause) : undefined,
  }
}

export function fromWireError(wire: WireError): Error {
  const options = wire.cause === undefined ? {} : { cause: fromWireError(wire.cause) }
  const error = CLASSES[wire.name]?.(wire.message, options) ?? new Error(wire.message, options)
  // With the link of the code that it has by now.
  Object.assign(error, wire.properties, { message: wire.message })
  if (wire.stack !== undefined) error.stack = wire.stack
  return isDatabaseError(error) ? withoutValues(error) : error
}
