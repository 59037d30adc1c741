import type { Connection, Submittable } from 'pg'
import type { RowSink } from '../rows/row-sink.js'
import { isDatabaseError } from './database-error.js'
import { ExpectedAnswers } from './expected-answers.js'
import { SYNC } from './protocol.js'
import type { RowCollector, WireTap } from './wire-tap.js'

/** What the server answered to one exchange; the rows are in its sink, as a chunk. */
export interface ExchangeResult {
  /** How many rows there were, and their size. */
  readonly rows: number
  readonly bytes: number
  /** False when a portal stopped at its row limit and has more to give. */
  readonly complete: boolean
}

interface FieldMessage {
  readonly name: string
  readonly dataTypeID: number
  readonly format: 'text' | 'binary'
}

/**
 * One write of messages that ends in a Sync, and everything up to the ReadyForQuery that answers it. Given to pg's
 * client as a query of its own kind, so that pg's queue, error and end-of-connection handling apply to it.
 */
export class Exchange implements Submittable, RowCollector {
  /** Settles once the connection is ready for the next exchange, or is lost. */
  readonly done: Promise<ExchangeResult>
  /** Replaced by pg's client to end its query_timeout timer; pg 8.16 calls the one before without looking. */
  callback: () => void = () => {}
  /** Called when this exchange has settled, before pg's client looks for its next query. */
  onSettled: () => void = () => {}
  isSettled = false

  readonly #messages: Buffer
  readonly #expected: ExpectedAnswers
  readonly #tap: WireTap
  readonly #sink: RowSink<unknown>
  #isSent = false
  #rows = 0
  #bytes = 0
  #suspended = false
  #settle!: (error?: Error) => void

  constructor(messages: Buffer, tap: WireTap, sink: RowSink<unknown>) {
    this.#messages = messages
    this.#expected = new ExpectedAnswers(messages)
    this.#sink = sink
    this.#tap = tap
    this.done = new Promise((resolve, reject) => {
      this.#settle = (error) => {
        if (this.isSettled) return
        this.isSettled = true
        tap.collector = undefined
        this.callback()
        // At once: the rows of the next exchange may follow in the same bytes.
        sink.cut()
        if (error === undefined) {
          resolve({ rows: this.#rows, bytes: this.#bytes, complete: !this.#suspended })
        } else {
          reject(error)
        }
        this.onSettled()
      }
    })
  }

  /** Writes the messages, which is then not done again when the exchange's turn comes. */
  send({ stream }: Connection): void {
    if (!this.#isSent) stream.write(this.#messages)
    this.#isSent = true
  }

  submit(connection: Connection): void {
    this.#tap.collector = this
    this.send(connection)
  }

  handleRowDescription(message: { fields: readonly FieldMessage[] }): void {
    this.#sink.describe(
      message.fields.map(({ name, dataTypeID, format }) => ({ name, typeOid: dataTypeID, format })),
    )
  }

  expect(type: number): void {
    this.#expected.expect(type)
  }

  add(bytes: Buffer, count: number): void {
    this.#rows += count
    this.#bytes += bytes.length
    this.#sink.add(bytes, count)
  }

  handlePortalSuspended(): void {
    this.#suspended = true
  }

  handleCommandComplete(): void {
    this.#suspended = false
  }

  handleEmptyQuery(): void {
    this.#suspended = false
  }

  handleDataRow(): void {
    // Only after a timeout of pg's own has settled the exchange, while the socket is being destroyed.
  }

  handleCopyInResponse(connection: Connection): void {
    connection.stream.write(COPY_FAIL)
  }

  handleCopyData(): void {
    // COPY TO has no rows to give: CommandComplete follows.
  }

  handleReadyForQuery(): void {
    this.#settle()
  }

  handleError(error: Error, connection: Connection): void {
    if (!isDatabaseError(error)) {
      this.#settle(error)
      return
    }
    // pg drops the query at its error; the connection is free only at the ReadyForQuery that follows.
    const settle = () => {
      connection.removeListener('readyForQuery', settle)
      connection.removeListener('end', settle)
      this.#settle(error)
    }
    connection.on('readyForQuery', settle)
    connection.on('end', settle)
  }
}

/** With a Sync of its own: the exchange's has passed by then, and the server ignores it while it waits for data. */
const COPY_FAIL = Buffer.concat([Buffer.from('f\0\0\0\x05\0', 'latin1'), SYNC])
