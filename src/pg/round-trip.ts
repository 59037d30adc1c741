import type { Socket } from 'node:net'
import type { DatabaseError } from 'pg'
import { elapsed } from '../real-timers.js'
import type { Field } from '../rows/field.js'
import type { RowSink } from '../rows/row-sink.js'
import { readDatabaseError } from './database-error.js'
import { ExpectedAnswers } from './expected-answers.js'
import { SYNC } from './protocol.js'
import { readRowDescription } from './row-description.js'
import { HEADER } from './server-messages.js'

/** What the server answered to one round trip; the rows are in its sink, as a chunk. */
export interface RoundTripResult {
  /** How many rows there were, and their size. */
  readonly rows: number
  readonly bytes: number
  /** False when a portal stopped at its row limit and has more to give. */
  readonly complete: boolean
  /** How the server names what it did, such as `INSERT 0 1`. */
  readonly command: string
  readonly times: RoundTripTimes
}

/** When it went and came, by the clock of `elapsed()`. */
export interface RoundTripTimes {
  readonly sent: number
  /** The first message of its answer was here. */
  readonly begun: number
  /** The last one was. */
  readonly ended: number
}

/** Is told how far the server has come with the one statement that is sent. */
export interface AnswerListener {
  parsed(): void
  bound(): void
  described(columns: readonly Field[]): void
}

/** How far a round trip is: waiting for its turn, on its way, answered or lost. */
type Phase =
  | { readonly is: 'waiting' }
  | { readonly is: 'sent'; readonly expected: ExpectedAnswers; readonly socket: Socket }
  | { readonly is: 'settled' }

/** One write of messages that ends in a Sync or is a simple query, and everything up to the ReadyForQuery that answers it. */
export class RoundTrip {
  readonly owner: object
  /** Settles with the ReadyForQuery, or when the connection is lost. */
  readonly done: Promise<RoundTripResult>
  /** Called when it is sent. */
  onSent: () => void = () => {}
  /** It was sent, whatever became of it. */
  wasSent = false
  /** What the server refused it with; the connection is free only at the ReadyForQuery that follows. */
  error: DatabaseError | undefined

  readonly #messages: () => Buffer[]
  readonly #sink: RowSink<unknown>
  readonly #listener: AnswerListener | undefined
  readonly #data: Buffer | undefined
  #isDataSent = false
  #phase: Phase = { is: 'waiting' }
  #rows = 0
  /** Those of the results before the one that is coming in. */
  #rowsBefore = 0
  #bytes = 0
  #suspended = false
  #sentAt = 0
  #begunAt = 0
  #command = ''
  #resolve!: (result: RoundTripResult) => void
  #reject!: (error: Error) => void

  /**
   * @param messages made when its turn has come, since they may depend on the transaction's status.
   * @param more.data what the server gets when it asks for it, once: the messages of a COPY. In a transaction it follows at
   * once, where it saves a round trip: after a refusal the server, and whatever pools its connections, ignores it.
   */
  constructor(
    owner: object,
    messages: () => Buffer[],
    sink: RowSink<unknown>,
    { listener, data }: { readonly listener?: AnswerListener; readonly data?: Buffer } = {},
  ) {
    this.owner = owner
    this.#messages = messages
    this.#sink = sink
    this.#listener = listener
    this.#data = data
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** How the server names what it did last. */
  get command(): string {
    return this.#command
  }

  get isSent(): boolean {
    return this.#phase.is === 'sent'
  }

  get isSettled(): boolean {
    return this.#phase.is === 'settled'
  }

  /** @throws what the messages could not be made for; then nothing was sent. */
  send(socket: Socket, isInTransaction: boolean): void {
    const messages = Buffer.concat(this.#messages())
    this.#phase = { is: 'sent', expected: new ExpectedAnswers(messages, this.#data !== undefined), socket }
    this.wasSent = true
    this.#sentAt = elapsed()
    socket.write(messages)
    if (isInTransaction) this.#sendData(socket)
    this.onSent()
  }

  /** @throws {@link ConnectionError} for a message that is not due. */
  expect(type: number): void {
    if (this.#begunAt === 0) this.#begunAt = elapsed()
    if (this.#phase.is === 'sent') this.#phase.expected.expect(type)
  }

  add(bytes: Buffer, count: number): void {
    this.#rows += count
    this.#bytes += bytes.length
    this.#sink.add(bytes, count)
  }

  /** What each message that is due means; those that are not named here mean nothing. */
  take(type: number, message: Buffer): void {
    switch (String.fromCharCode(type)) {
      case '1':
        return this.#listener?.parsed()
      case '2':
        return this.#listener?.bound()
      case 'T':
        return this.#describe(readRowDescription(message))
      case 's':
        this.#suspended = true
        return this.#endResult()
      case 'C':
        this.#command = message.toString('latin1', HEADER, message.length - 1)
        this.#suspended = false
        return this.#endResult(this.#command)
      case 'I':
        this.#suspended = false
        return
      case 'E':
        this.error ??= readDatabaseError(message)
        return
      case 'G':
        if (this.#phase.is === 'sent') this.#answerCopy(this.#phase.socket)
        return
      case 'Z':
        return this.#settle(this.error)
    }
  }

  #sendData(socket: Socket): void {
    if (this.#data !== undefined && !this.#isDataSent) socket.write(this.#data)
    this.#isDataSent = true
  }

  #answerCopy(socket: Socket): void {
    if (this.#data === undefined) socket.write(COPY_FAIL)
    else this.#sendData(socket)
  }

  /** It is not answered any more, or was not sent. */
  fail(error: Error): void {
    this.#settle(this.error ?? error)
  }

  #describe(columns: readonly Field[]): void {
    this.#sink.describe(columns)
    this.#listener?.described(columns)
  }

  #endResult(tag?: string): void {
    if (this.#phase.is === 'sent') this.#phase.expected.checkRows(this.#rows - this.#rowsBefore, tag)
    this.#rowsBefore = this.#rows
  }

  #settle(error: Error | undefined): void {
    if (this.#phase.is === 'settled') return
    this.#phase = { is: 'settled' }
    // At once: the rows of the next round trip may follow in the same bytes.
    this.#sink.cut()
    if (error !== undefined) this.#reject(error)
    else
      this.#resolve({
        rows: this.#rows,
        bytes: this.#bytes,
        complete: !this.#suspended,
        command: this.#command,
        times: { sent: this.#sentAt, begun: this.#begunAt, ended: elapsed() },
      })
  }
}

/** With a Sync of its own: the round trip's has passed by then, and the server ignores it while it waits for data. */
const COPY_FAIL = Buffer.concat([Buffer.from('f\0\0\0\x05\0', 'latin1'), SYNC])
