import type { Socket } from 'node:net'
import { UsageError } from '../errors.js'

const DATA_ROW = 0x44
const HEADER = 5

type DataListener = (bytes: Buffer) => void

/** Where the DataRow messages of one exchange go. */
export interface RowCollector {
  /** Whole messages, which may be kept. */
  add(bytes: Buffer, count: number): void
}

/**
 * Stands in front of pg's parser on a connection's socket. While a collector is set, DataRow messages go to it as
 * bytes; every other byte goes on to pg, so that errors, notices and ReadyForQuery stay pg's business.
 *
 * It follows message boundaries all the time, so a collector may be set whenever the connection is idle.
 */
export class WireTap {
  /** Where DataRow messages go; without one they go to pg. */
  collector: RowCollector | undefined

  readonly #forward: DataListener
  /** Bytes of the current message still to come, when it is one for pg. */
  #remaining = 0
  /** A header or DataRow of which only the beginning has come, in pieces that are joined once. */
  #partial: Buffer[] = []
  #partialLength = 0
  #partialNeeds = 0

  /**
   * Installs the tap on a connected, idle client's socket.
   *
   * @throws {@link UsageError} when the socket is not read by exactly one parser, as pg's own client does it.
   */
  constructor(stream: Socket) {
    const listeners = stream.listeners('data') as DataListener[]
    const [parser] = listeners
    if (parser === undefined || listeners.length !== 1) {
      throw new UsageError(
        `sluice needs the JavaScript client of pg: this client's socket has ${listeners.length} readers instead of one. ` +
          'Do not use pg-native or a client with its own wire protocol.',
      )
    }
    this.#forward = parser
    stream.on('data', (bytes: Buffer) => this.#read(bytes))
    stream.removeListener('data', parser)
  }

  #read(bytes: Buffer): void {
    let at = 0
    if (this.#partialLength > 0) {
      at = this.#completePartial(bytes)
      if (this.#partialLength > 0) return
    }
    if (this.#remaining > 0) {
      const end = Math.min(bytes.length, at + this.#remaining)
      this.#remaining -= end - at
      this.#forward(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end))
      at = end
    }
    while (at < bytes.length) at = this.#readRun(bytes, at)
  }

  /** Reads the longest run of messages of one destination, or keeps an incomplete one; returns where it ends. */
  #readRun(bytes: Buffer, start: number): number {
    const length = bytes.length
    const collector = this.collector
    let at = start
    let rows = 0
    while (at + HEADER <= length && bytes[at] === DATA_ROW && collector !== undefined) {
      const end = at + 1 + bytes.readUInt32BE(at + 1)
      if (end > length) {
        this.#collect(collector, bytes, start, at, rows)
        return this.#keep(bytes, at, end - at)
      }
      at = end
      rows++
    }
    if (rows > 0 && collector !== undefined) {
      this.#collect(collector, bytes, start, at, rows)
      return at
    }
    while (at + HEADER <= length && (bytes[at] !== DATA_ROW || collector === undefined)) {
      const end = at + 1 + bytes.readUInt32BE(at + 1)
      if (end > length) {
        this.#remaining = end - length
        this.#forward(bytes.subarray(start))
        return length
      }
      at = end
    }
    if (at > start) {
      this.#forward(bytes.subarray(start, at))
      return at
    }
    return this.#keep(bytes, at, HEADER)
  }

  #collect(collector: RowCollector, bytes: Buffer, start: number, end: number, rows: number): void {
    if (rows > 0) collector.add(bytes.subarray(start, end), rows)
  }

  #keep(bytes: Buffer, at: number, needs: number): number {
    this.#partial = [bytes.subarray(at)]
    this.#partialLength = bytes.length - at
    this.#partialNeeds = needs
    return bytes.length
  }

  /** Adds to the kept beginning until it is a whole header or DataRow; returns how far it read. */
  #completePartial(bytes: Buffer): number {
    let at = 0
    for (;;) {
      const take = Math.min(this.#partialNeeds - this.#partialLength, bytes.length - at)
      if (take > 0) {
        this.#partial.push(bytes.subarray(at, at + take))
        this.#partialLength += take
        at += take
      }
      if (this.#partialLength < this.#partialNeeds) return at

      const joined = Buffer.concat(this.#partial, this.#partialLength)
      const messageLength = 1 + joined.readUInt32BE(1)
      const collector = joined[0] === DATA_ROW ? this.collector : undefined
      if (collector !== undefined && joined.length < messageLength) {
        this.#partial = [joined]
        this.#partialNeeds = messageLength
        continue
      }
      this.#partial = []
      this.#partialLength = 0
      if (collector !== undefined) {
        collector.add(joined, 1)
      } else {
        this.#remaining = messageLength - joined.length
        this.#forward(joined)
      }
      return at
    }
  }
}
