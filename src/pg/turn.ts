import { asError } from '../errors.js'
import type { Socket } from 'node:net'
import type { Connection } from 'pg'
import { clearTimeout, setTimeout } from '../real-timers.js'
import type { RoundTrip } from './round-trip.js'
import type { Session } from './session.js'
import type { AnswerReader } from './wire-tap.js'

/** What pg's client holds as its query: this turn, or what instrumentation has made of it. */
interface HeldQuery {
  callback?: (error: Error | null, result?: unknown) => void
}

/** How far a turn is: asked for, ours, or given back. */
type Phase =
  | { readonly is: 'asked' }
  | { readonly is: 'granted'; readonly held: HeldQuery; readonly socket: Socket }
  | { readonly is: 'over' }

const COMMAND_COMPLETE = 0x43

/** pg's client turns to its next query at once where a query cannot be sent. */
const NOTHING_TO_SEND = new Error('The turn was not needed any more.')

/** For those who look at the results of pg's queries; the rows are none of their business. */
const RESULT = Object.freeze({ command: '', rowCount: null, rows: [], fields: [] })

/**
 * Our turn on a client of pg: given to it as a query, it is granted when everything that was on its way before, whoever
 * sent it, is answered. Only then is the transaction's status to be trusted. While it lasts, the server's answers go to
 * our round trips, in the order in which they were sent; it ends with the last of them.
 *
 * What pg calls are properties of the object itself and bound to it: instrumentation copies queries, wraps them, and hands
 * them on late.
 */
export class Turn implements AnswerReader, HeldQuery {
  /** For those who look. */
  readonly text: string
  readonly values: readonly unknown[]
  callback: NonNullable<HeldQuery['callback']> = () => {}

  readonly #session: Session
  /** Those that wait for the turn, then those that wait for their answers. */
  readonly #roundTrips: RoundTrip[] = []
  #phase: Phase = { is: 'asked' }
  #timer: NodeJS.Timeout | undefined
  #isGathering = false

  constructor(session: Session, text: string, values: readonly unknown[] = []) {
    this.#session = session
    this.text = text
    this.values = values
  }

  get isOver(): boolean {
    return this.#phase.is === 'over'
  }

  /** Sends a round trip behind those before it, as soon as the turn is granted. */
  send(roundTrip: RoundTrip): void {
    if (this.#phase.is === 'over') return roundTrip.fail(NOTHING_TO_SEND)
    if (this.#phase.is === 'asked' || this.#isSent(roundTrip, this.#phase.socket))
      this.#roundTrips.push(roundTrip)
  }

  /** Gives up a turn that was not granted yet; nothing was sent. */
  withdraw(reason: Error): void {
    if (this.#phase.is !== 'asked') return
    this.#phase = { is: 'over' }
    for (const roundTrip of this.#roundTrips.splice(0)) roundTrip.fail(reason)
  }

  /** Called by pg's client when it is this query's turn. */
  readonly submit = ((turn: Turn) =>
    function (this: HeldQuery, connection: Connection): Error | undefined {
      return turn.#grant(this, connection)
    })(this)

  /** Called by pg's client when the connection is lost, or pg's own time limit has passed. */
  readonly handleError = (error: Error): void => {
    if (this.#phase.is === 'over') return
    const roundTrips = this.#roundTrips.splice(0)
    this.#tell(error)
    this.#end()
    for (const roundTrip of roundTrips) roundTrip.fail(error)
  }

  /** The end of the turn, which was known already. */
  readonly handleReadyForQuery = (): void => {}

  expect(type: number): void {
    this.#roundTrips[0]?.expect(type)
  }

  add(bytes: Buffer, count: number): void {
    this.#roundTrips[0]?.add(bytes, count)
  }

  /** The last ReadyForQuery is left to pg's client, which turns to its next query by it. */
  take(type: number, message: Buffer): boolean {
    const [roundTrip] = this.#roundTrips
    roundTrip?.take(type, message)
    if (type === COMMAND_COMPLETE) this.#session.prepared.ran(roundTrip?.command ?? '')
    if (roundTrip?.isSettled !== true) return true
    this.#roundTrips.shift()
    this.#tell(roundTrip.error ?? null)
    if (this.#roundTrips.length === 0) {
      this.#end()
      return false
    }
    this.#limitNext()
    this.#session.ready(message)
    return true
  }

  #grant(held: HeldQuery, { stream }: Connection): Error | undefined {
    if (this.#phase.is !== 'asked') return NOTHING_TO_SEND
    // pg's connection is over a socket, which its types leave open.
    const socket = stream as Socket
    this.#phase = { is: 'granted', held, socket }
    this.#session.tap.reader = this
    for (const roundTrip of this.#roundTrips.splice(0)) {
      if (this.#isSent(roundTrip, socket)) this.#roundTrips.push(roundTrip)
    }
    if (this.#roundTrips.length > 0) return undefined
    this.#tell(null)
    this.#end()
    return NOTHING_TO_SEND
  }

  #isSent(roundTrip: RoundTrip, socket: Socket): boolean {
    this.#gather(socket)
    try {
      roundTrip.send(socket, this.#session.status === 'T')
      return true
    } catch (error) {
      roundTrip.fail(asError(error))
      return false
    }
  }

  /** What is sent in one go leaves in one write: before whoever waits for something else goes on. */
  #gather(socket: Socket): void {
    if (this.#isGathering) return
    this.#isGathering = true
    socket.cork()
    queueMicrotask(() => {
      this.#isGathering = false
      socket.uncork()
    })
  }

  /** Whoever looks at pg's queries, pg's own time limit among them, hears of the first round trip. */
  #tell(error: Error | null): void {
    clearTimeout(this.#timer)
    if (this.#phase.is !== 'granted') return
    const { held } = this.#phase
    held.callback?.(error, RESULT)
    held.callback = () => {}
  }

  /** pg's time limit for each query, for what was sent behind the first round trip. */
  #limitNext(): void {
    const { queryTimeoutMs } = this.#session
    if (queryTimeoutMs === undefined) return
    this.#timer = setTimeout(() => this.handleError(new Error('Query read timeout')), queryTimeoutMs)
  }

  #end(): void {
    const { tap } = this.#session
    if (tap.reader === this) tap.reader = undefined
    this.#phase = { is: 'over' }
  }
}
