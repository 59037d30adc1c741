/** Messages of a server, by hand: also such as no server sends. */

export function message(type: string, ...parts: (Buffer | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)))
  return Buffer.concat([Buffer.from(type, 'latin1'), int32(4 + body.length), body])
}

/** A message that says to be longer, or shorter, than it is. */
export function lying(type: string, length: number, body: Buffer | string = ''): Buffer {
  return Buffer.concat([Buffer.from(type, 'latin1'), int32(length), Buffer.from(body)])
}

export function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}

const cell = (text: string) => Buffer.concat([int32(Buffer.byteLength(text)), Buffer.from(text)])

export function dataRow(...cells: string[]): Buffer {
  return message('D', int16(cells.length), ...cells.map(cell))
}

/** The row of a number, as `fault-tables.ts` has it, in text. */
export const numberRow = (id: number): Buffer => dataRow(String(id), `x${id}`)

const INT4 = 23
const TEXT = 25

/** Columns in text format, of these types. */
export function rowDescription(...columns: readonly (readonly [name: string, type: number])[]): Buffer {
  const fields = columns.map(([name, type]) =>
    Buffer.concat([
      Buffer.from(`${name}\0`),
      int32(0),
      int16(0),
      int32(type),
      int16(-1),
      int32(-1),
      int16(0),
    ]),
  )
  return message('T', int16(columns.length), ...fields)
}

export const NUMBERS = rowDescription(['id', INT4], ['payload', TEXT])
export const AUTHENTICATION_OK = message('R', int32(0))
export const BACKEND_KEY = message('K', int32(1), int32(1))
export const PARSE_COMPLETE = message('1')
export const BIND_COMPLETE = message('2')
export const CLOSE_COMPLETE = message('3')
export const PORTAL_SUSPENDED = message('s')
export const NOTICE = message('N', 'SNOTICE\0C00000\0Mbeside the point\0\0')
export const PARAMETER_STATUS = message('S', 'application_name\0fake\0')
export const NOTIFICATION = message('A', int32(1), 'channel\0payload\0')

export const commandComplete = (tag: string): Buffer => message('C', `${tag}\0`)
export const readyForQuery = (status: 'I' | 'T' | 'E'): Buffer => message('Z', status)
