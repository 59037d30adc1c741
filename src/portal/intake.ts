import type { Connection } from '../connection/connection.js'
import type { Field } from '../rows/field.js'
import type { RowSink } from '../rows/row-sink.js'
import { clearInterval, setInterval } from '../real-timers.js'

/** How often to look, in milliseconds, while the server is made to wait, for others that want the connection. */
const LOOK_MS = 50

/** What is handed out without waiting for the rest of its fetch, in bytes: it is read while it is young. */
const PART_BYTES = 512 * 1024

/** Rows that came in and wait to be taken: what a fetch brought, or a part of one that brought too much at once. */
interface Arrival {
  readonly rows: number
  readonly bytes: number
  readonly endsFetch: boolean
}

/**
 * Stands before the sink of a portal, and holds its stream to a number of bytes: a fetch is asked for before it is known
 * what its rows weigh. One that brings more is handed out in parts, and when rows of that many bytes are here, the socket
 * is not read until the loop has taken some, so that the server waits. A single row may be larger.
 */
export class Intake<C> implements RowSink<C> {
  readonly #sink: RowSink<C>
  readonly #connection: Connection
  readonly #mostBytes: number
  readonly #partBytes: number
  /** A part is useless where relations are read for it: that needs the connection, which the rest is on its way on. */
  readonly #isWhole: boolean
  readonly #arrivals: Arrival[] = []
  #rows = 0
  #bytes = 0
  /** Bytes of rows that wait to be taken, and of those that the loop has. */
  #waiting = 0
  #lent = 0
  /** Fetches that are not answered. */
  #fetches = 0
  #isFree = false
  #isDrained = false
  #timer: NodeJS.Timeout | undefined
  #wake = () => {}

  constructor(
    sink: RowSink<C>,
    connection: Connection,
    { maxBytes, isWhole }: { readonly maxBytes: number; readonly isWhole: boolean },
  ) {
    this.#sink = sink
    this.#connection = connection
    this.#mostBytes = maxBytes
    this.#partBytes = Math.min(PART_BYTES, maxBytes / 2)
    this.#isWhole = isWhole
  }

  get hasArrived(): boolean {
    return this.#arrivals.length > 0
  }

  /** Whether a part of a fetch is next to be taken. */
  get hasPart(): boolean {
    return this.#arrivals[0]?.endsFetch === false
  }

  /** Whether the server is made to wait. */
  get isHeld(): boolean {
    return this.#timer !== undefined
  }

  /** Whether there is no room for what another fetch brings. */
  get isFull(): boolean {
    return !this.hasRoomFor(0)
  }

  /** Whether what is still to come, of so many bytes, has a place beside what is here. */
  hasRoomFor(bytes: number): boolean {
    return this.#isWhole || this.#waiting + this.#lent + bytes < this.#mostBytes
  }

  /** A fetch is sent. */
  fetching(): void {
    this.#fetches++
    this.#isFree = false
  }

  describe(fields: readonly Field[]): void {
    this.#sink.describe(fields)
  }

  add(bytes: Buffer, count: number): void {
    if (this.#isDrained) return
    this.#sink.add(bytes, count)
    this.#rows += count
    this.#bytes += bytes.length
    this.#waiting += bytes.length
    if (this.#isWhole) return
    if (this.#bytes >= this.#partBytes) this.#arrived(false)
    if (this.isFull && !this.#isFree) this.#hold()
  }

  cut(): void {
    this.#fetches = Math.max(0, this.#fetches - 1)
    this.#arrived(true)
    if (this.#fetches === 0) this.#letGo()
  }

  /** Resolves when something has come, or {@link wake} is called. */
  untilArrival(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve))
  }

  /** A fetch has its answer, or will have none. */
  wake(): void {
    this.#wake()
  }

  /** How many rows the next to be taken are. */
  get rows(): number {
    return this.#arrivals[0]?.rows ?? 0
  }

  take(): C {
    const { bytes = 0 } = this.#arrivals.shift() ?? {}
    this.#waiting -= bytes
    this.#lent = bytes
    return this.#sink.take()
  }

  /** The loop has done with what was taken. */
  returned(): void {
    this.#lent = 0
    if (!this.isFull) this.#letGo()
  }

  /** Others wait for the connection, maybe those that the loop itself waits for: it is read until they have it. */
  makeWay(): void {
    this.#isFree = true
    this.#letGo()
  }

  /** Nobody will take what still comes. */
  drain(): void {
    this.#isDrained = true
    this.makeWay()
  }

  #arrived(endsFetch: boolean): void {
    this.#sink.cut()
    this.#arrivals.push({ rows: this.#rows, bytes: this.#bytes, endsFetch })
    this.#rows = 0
    this.#bytes = 0
    this.#wake()
  }

  #hold(): void {
    if (this.isHeld) return
    const { session } = this.#connection
    session.tap.isHeld = true
    this.#timer = setInterval(() => {
      if (session.isWaitedFor) this.makeWay()
    }, LOOK_MS)
  }

  #letGo(): void {
    if (!this.isHeld) return
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#connection.session.tap.isHeld = false
  }
}
