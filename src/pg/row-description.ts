import type { Field } from '../rows/field.js'
import { brokenProtocol, HEADER } from './server-messages.js'

/** Of one column, after its name: table, attribute, type, length, modifier and format. */
const COLUMN_BYTES = 18

/**
 * The columns of a RowDescription.
 *
 * @throws {@link ConnectionError} for one that cannot be read.
 */
export function readRowDescription(message: Buffer): Field[] {
  const fields: Field[] = []
  let at = HEADER + 2
  for (let left = at > message.length ? -1 : message.readUInt16BE(HEADER); left > 0; left--) {
    const end = message.indexOf(0, at)
    if (end < 0 || end + 1 + COLUMN_BYTES > message.length) throw unreadable()
    const format = message.readUInt16BE(end + 17) === 0 ? 'text' : 'binary'
    fields.push({ name: message.toString('utf8', at, end), typeOid: message.readUInt32BE(end + 7), format })
    at = end + 1 + COLUMN_BYTES
  }
  if (at !== message.length) throw unreadable()
  return fields
}

function unreadable(): Error {
  return brokenProtocol('it described columns in a way that cannot be read')
}
