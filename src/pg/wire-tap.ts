import type { Socket } from 'node:net'
import { Attached } from '../copies.js'
import { afterBreath, isBreathDue } from '../breath.js'
import { asError, ConnectionError, UsageError } from '../errors.js'
import {
  brokenProtocol,
  checkFields,
  checkHeader,
  checkRow,
  checkStatus,
  HEADER,
  isForTurn,
  isReadByFields,
  MOST_BYTES,
} from './server-messages.js'

const DATA_ROW = 0x44
const READY_FOR_QUERY = 0x5a
/** What comes in pieces of at least this many bytes goes on for a while: the socket reads 64 KiB at once. */
const BULK = 16 * 1024

type DataListener = (bytes: Buffer) => void

/** Reads what the server answers. What it does not take goes to pg. */
export interface AnswerReader {
  /**
   * A message of this type begins, or some do if it is that of rows.
   *
   * @throws {@link ConnectionError} when it is not due.
   */
  expect(type: number): void
  /** Takes DataRow messages: whole ones, which may be kept. */
  add?(bytes: Buffer, count: number): void
  /** Takes any other whole message, unless it may come at any time; false leaves it to pg as well. */
  take?(type: number, message: Buffer): boolean
}

const taps = new Attached<Socket, WireTap>('tap')

/**
 * Stands in front of pg's parser on a connection's socket. While a reader is set, it gets the answers that it takes;
 * every other byte goes on to pg, so that notices, notifications and settings stay pg's business.
 *
 * It follows message boundaries all the time, so a reader may be set whenever the connection is idle. What is not
 * PostgreSQL's protocol does not get past it: pg's parser would throw where nobody catches, or wait for ever.
 */
export class WireTap {
  /** Who reads the answers; without one they go to pg. */
  reader: AnswerReader | undefined

  readonly #stream: Socket
  readonly #parser: DataListener
  #isStarting: boolean
  #isBroken = false
  #isHeld = false
  #isResting = false
  /** Bytes of the current message still to come, when it is one for pg. */
  #remaining = 0
  /** A header or message of which only the beginning has come, and how much of it that is. */
  #partial: Buffer | undefined
  #partialLength = 0

  /** The tap of a socket, installed if there is none. */
  static of(stream: Socket, isStarting = false): WireTap {
    return taps.get(stream) ?? new WireTap(stream, isStarting)
  }

  /**
   * Installs a tap on the socket of a connected, idle client.
   *
   * @param isStarting the client is not connected, and the server has not said anything yet.
   * @throws {@link UsageError} when the socket is not read by exactly one parser, as pg's own client does it.
   */
  private constructor(stream: Socket, isStarting: boolean) {
    const listeners = stream.listeners('data') as DataListener[]
    const [parser] = listeners
    if (parser === undefined || listeners.length !== 1) {
      throw new UsageError(
        `sluice needs the JavaScript client of pg: this client's socket has ${listeners.length} readers instead of one. ` +
          'Do not use pg-native or a client with its own wire protocol.',
      )
    }
    this.#stream = stream
    this.#parser = parser
    this.#isStarting = isStarting
    stream.on('data', (bytes: Buffer) => this.#receive(bytes))
    stream.removeListener('data', parser)
    taps.set(stream, this)
  }

  /** Whether nothing more is read for now; the server then waits once what is on its way fills the buffers. */
  get isHeld(): boolean {
    return this.#isHeld
  }

  set isHeld(isHeld: boolean) {
    if (this.#isHeld === isHeld) return
    this.#isHeld = isHeld
    this.#flow()
  }

  #flow(): void {
    if (this.#isHeld || this.#isResting) this.#stream.pause()
    else this.#stream.resume()
  }

  /** The socket is read up to 32 times before the event loop turns, which is long where rows are decoded. */
  #rest(): void {
    this.#isResting = true
    this.#flow()
    afterBreath(() => {
      this.#isResting = false
      this.#flow()
    })
  }

  #receive(bytes: Buffer): void {
    if (this.#isBroken) return
    if (bytes.length >= BULK && !this.#isResting && isBreathDue()) this.#rest()
    try {
      this.#read(bytes)
    } catch (error) {
      this.#isBroken = true
      const { message } = asError(error)
      this.#stream.destroy(
        error instanceof ConnectionError
          ? error
          : brokenProtocol(`pg cannot read what it sent (${message})`, { cause: error }),
      )
    }
  }

  #read(bytes: Buffer): void {
    let at = 0
    while (this.#partial !== undefined && at < bytes.length)
      at = this.#completePartial(this.#partial, bytes, at)
    if (this.#remaining > 0) {
      const end = Math.min(bytes.length, at + this.#remaining)
      this.#remaining -= end - at
      this.#parser(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end))
      at = end
    }
    while (at < bytes.length) at = this.#readRun(bytes, at)
  }

  /** Reads the longest run of messages of one destination, or keeps an incomplete one; returns where it ends. */
  #readRun(bytes: Buffer, start: number): number {
    const type = bytes[start] ?? 0
    if (type === DATA_ROW && this.reader?.add !== undefined) return this.#readRows(bytes, start)
    return this.#isTaken(type) ? this.#handOver(bytes, start, type) : this.#passOn(bytes, start)
  }

  /** Whether a message goes to the reader. */
  #isTaken(type: number): boolean {
    const { reader } = this
    return type === DATA_ROW ? reader?.add !== undefined : reader?.take !== undefined && isForTurn(type)
  }

  /** Messages for pg. */
  #passOn(bytes: Buffer, start: number): number {
    const { length } = bytes
    let at = start
    let isAnswered = false
    try {
      while (!isAnswered && at + HEADER <= length && !this.#isTaken(bytes[at] ?? 0)) {
        const type = bytes[at] ?? 0
        const end = at + 1 + this.#sizeOf(bytes, at)
        const isWhole = end <= length
        const check = this.#checkOf(type)
        if (check !== undefined) {
          if (!isWhole) return this.#keep(bytes, at, end - at)
          check(bytes.subarray(at, end))
        }
        this.reader?.expect(type)
        if (!isWhole) this.#remaining = end - length
        // What comes after it may be for another reader.
        isAnswered = type === READY_FOR_QUERY
        if (isAnswered) this.#isStarting = false
        at = Math.min(end, length)
      }
    } finally {
      // Before an error, too: what came first is said first.
      if (at > start) this.#parser(bytes.subarray(start, at))
    }
    return at > start ? at : this.#keep(bytes, at, HEADER)
  }

  /** What has to be looked at as a whole before pg's parser reads it: of rows, those for which somebody asked here. */
  #checkOf(type: number): ((message: Buffer) => void) | undefined {
    if (isReadByFields(type)) return checkFields
    if (type === READY_FOR_QUERY) return checkStatus
    return type === DATA_ROW && this.reader !== undefined ? checkRow : undefined
  }

  /** A message for the reader. */
  #handOver(bytes: Buffer, start: number, type: number): number {
    if (start + HEADER > bytes.length) return this.#keep(bytes, start, HEADER)
    const end = start + 1 + this.#sizeOf(bytes, start)
    if (end > bytes.length) return this.#keep(bytes, start, end - start)
    const message = bytes.subarray(start, end)
    this.#checkOf(type)?.(message)
    this.reader?.expect(type)
    if (this.reader?.take?.(type, message) !== true) this.#parser(message)
    return end
  }

  /** Rows for the reader. */
  #readRows(bytes: Buffer, start: number): number {
    const { length } = bytes
    let at = start
    let rows = 0
    let size = 0
    while (at + HEADER <= length && bytes[at] === DATA_ROW) {
      size = bytes.readUInt32BE(at + 1)
      if (size < 4 || size > MOST_BYTES) checkHeader(DATA_ROW, size, false)
      if (at + 1 + size > length) break
      at += 1 + size
      rows++
    }
    this.reader?.expect(DATA_ROW)
    if (rows > 0) this.reader?.add?.(bytes.subarray(start, at), rows)
    if (at + HEADER > length) return at === length ? at : this.#keep(bytes, at, HEADER)
    return bytes[at] === DATA_ROW ? this.#keep(bytes, at, 1 + size) : at
  }

  /** The length that a message claims, of what it may be. */
  #sizeOf(bytes: Buffer, at: number): number {
    const size = bytes.readUInt32BE(at + 1)
    checkHeader(bytes[at] ?? 0, size, this.#isStarting)
    return size
  }

  #keep(bytes: Buffer, at: number, needs: number): number {
    this.#partial = Buffer.allocUnsafe(needs)
    this.#partialLength = bytes.copy(this.#partial, 0, at)
    return bytes.length
  }

  /** Adds to the kept beginning until it is a whole header, or a whole message if need be; returns how far it read. */
  #completePartial(partial: Buffer, bytes: Buffer, at: number): number {
    const copied = bytes.copy(partial, this.#partialLength, at)
    this.#partialLength += copied
    if (this.#partialLength === partial.length) {
      this.#partial = undefined
      this.#readRun(partial, 0)
    }
    return at + copied
  }
}
