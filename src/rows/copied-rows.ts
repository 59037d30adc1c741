import { EncodeError } from '../errors.js'
import { writeSized, ByteWriter } from '../types/byte-writer.js'
import type { CellEncoder } from '../types/codec.js'

const COPY_DATA = 0x64
const COPY_DONE = Buffer.from('c\0\0\0\x04', 'latin1')
/** What every binary COPY begins with: signature, flags, and no extension. */
const HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)])
const TRAILER = -1
/** Bytes of one message before the next is begun: the server keeps a whole one in memory. */
const MESSAGE_BYTES = 64 * 1024
/** A row of more is not taken, as a message may not be much longer than one gigabyte. */
const MOST_ROW_BYTES = 128 * 1024 * 1024
/** All of them together, which are in memory: what is more a `batchSize` has asked for, and is left to INSERT to refuse. */
const MOST_BYTES = 1024 * 1024 * 1024

/** A value of a row, and how it is written. */
export interface CopiedField {
  readonly property: string
  readonly encode: CellEncoder
}

/**
 * Rows for `COPY … FROM STDIN (FORMAT binary)`, as the messages that bring them: CopyData, and CopyDone behind them. They
 * are encoded where they are sent from; a buffer that was sent may be used again.
 */
export class CopiedRows {
  rows = 0
  readonly #bytes: ByteWriter
  /** Where the present message begins. */
  #message = 0

  constructor(bytes = new ByteWriter()) {
    this.#bytes = bytes
    bytes.at = 0
    this.#begin()
    bytes.bytes(HEADER)
  }

  /** Of what there is to send. */
  get size(): number {
    return this.#bytes.at
  }

  /** The buffer, for other rows once the server has answered these. */
  get buffer(): ByteWriter {
    return this.#bytes
  }

  /** Adds a row. False, and nothing added, where one of its values has no binary form that we know, or is none. */
  add(fields: readonly CopiedField[], row: Readonly<Record<string, unknown>>): boolean {
    const bytes = this.#bytes
    if (bytes.at - this.#message > MESSAGE_BYTES) this.#begin()
    const start = bytes.at
    const isWritten = this.#write(fields, row) && bytes.at - start <= MOST_ROW_BYTES && start < MOST_BYTES
    if (isWritten) this.rows++
    else bytes.at = start
    return isWritten
  }

  #write(fields: readonly CopiedField[], row: Readonly<Record<string, unknown>>): boolean {
    const bytes = this.#bytes
    bytes.int16(fields.length)
    try {
      for (const { property, encode } of fields) {
        const value = row[property]
        if (value === null) bytes.int32(-1)
        else if (!writeSized(bytes, encode, value)) return false
      }
    } catch (error) {
      if (error instanceof EncodeError) return false
      throw error
    }
    return true
  }

  /** All of the messages, once. */
  finish(): Buffer {
    const bytes = this.#bytes
    bytes.int16(TRAILER)
    this.#end()
    bytes.bytes(COPY_DONE)
    return bytes.written
  }

  #begin(): void {
    const bytes = this.#bytes
    if (bytes.at > 0) this.#end()
    this.#message = bytes.at
    bytes.int8(COPY_DATA)
    bytes.int32(0)
  }

  /** A message's length counts itself, and not its type. */
  #end(): void {
    this.#bytes.int32At(this.#message + 1, this.#bytes.at - this.#message - 1)
  }
}
