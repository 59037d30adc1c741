import type { Socket } from 'node:net'
import { promisify } from 'node:util'
import type { Client, Submittable } from 'pg'
import { Attached } from '../copies.js'
import { clearTimeout, setTimeout } from '../real-timers.js'
import { ReportedSettings } from '../settings/reported-settings.js'
import { PreparedStatements } from './prepared/prepared-statements.js'
import { HEADER } from './server-messages.js'
import { WireTap } from './wire-tap.js'

/** The server's transaction status: idle, in a transaction, in a failed transaction. */
export type TransactionStatus = 'I' | 'T' | 'E'

/** Whoever has a client at present, and is told what becomes of it. */
export interface SessionHolder {
  lose(reason: Error): void
  ready(status: TransactionStatus): void
}

/**
 * How long a connection may wait in the pool and be taken as it is, in milliseconds: by then the event loop has turned,
 * unless something blocked the thread, and told what came.
 */
const UNHEARD_MS = 10

const turnOfLoop = promisify(setImmediate)

const sessions = new Attached<Client, Session>('session')

/**
 * A client of a pool as we see it, once for all who are given it. Listened to from the moment on at which the pool hands it
 * out and ceases to listen itself: one whose session is ended while it starts may be lost in the very bytes that say it is
 * ready, before whoever asked for it is told; without a listener that would take the process down.
 */
export class Session {
  readonly client: Client
  readonly settings: ReportedSettings
  /** Ours, of all who use the client. */
  readonly prepared: PreparedStatements
  holder: SessionHolder | undefined
  /** To be trusted while nothing is on its way: in a turn, and after {@link settled}. */
  status: TransactionStatus = 'I'
  /** How many times the server has said that it is ready. */
  answers = 0
  /** What transactions are by default, where that was asked for and nothing has run since that may have changed it. */
  defaultIsolation: string | undefined
  /** Settings that were set for the whole session by statements of ours, and decide on which rows are seen. */
  readonly ownSettings = new Set<string>()
  /** By what the client was lost, if it was. */
  lost: Error | undefined
  /** Since when it waits in the pool, or did last, by `performance.now()`; undefined for one that was never used. */
  idleSince: number | undefined
  readonly #waiting = new Set<() => void>()

  /** The session of a client, begun if there is none. */
  static of(client: Client): Session {
    return sessions.get(client) ?? new Session(client)
  }

  private constructor(client: Client) {
    this.client = client
    sessions.set(client, this)
    // What it was left in before; pg's types and its older versions do not have it.
    const { getTransactionStatus } = client as { getTransactionStatus?: () => TransactionStatus | null }
    this.status = getTransactionStatus?.call(client) ?? 'I'
    client.on('error', (error) => this.#lose(error))
    client.on('end', () => this.#lose(new Error('Connection terminated')))
    // pg-native has none, and is refused where it is to be used.
    const { connection } = client as { connection?: Client['connection'] }
    this.settings = ReportedSettings.of(connection ?? client)
    this.prepared = new PreparedStatements(this.settings)
    connection?.on('commandComplete', ({ text }: { text: string }) => this.prepared.ran(text))
    // Before pg's own listener, which goes on to the next query.
    connection?.prependListener('readyForQuery', ({ status }: { status: TransactionStatus }) =>
      this.#ready(status),
    )
  }

  /** Its socket. pg's types leave open what it is. */
  get socket(): Socket {
    return this.client.connection.stream as Socket
  }

  /** @throws {@link UsageError} for a client whose socket is not read by pg's own parser. */
  get tap(): WireTap {
    return WireTap.of(this.socket)
  }

  /** pg's own time limit for a query, from the settings of the client. */
  get queryTimeoutMs(): number | undefined {
    const { connectionParameters } = this.client as {
      connectionParameters?: { query_timeout?: number | false }
    }
    return connectionParameters?.query_timeout || undefined
  }

  /** Whether others have queries waiting on the client. */
  get isWaitedFor(): boolean {
    const { _queryQueue: queue } = this.client as { readonly _queryQueue?: readonly unknown[] }
    return queue !== undefined && queue.length > 0
  }

  /** Asks pg's client for a turn. */
  ask(turn: Submittable): void {
    this.client.query(turn)
  }

  /** A ReadyForQuery that pg's client does not get, since our turn goes on. */
  ready(message: Buffer): void {
    // The protocol has these three.
    this.#ready(String.fromCharCode(message[HEADER] ?? 0) as TransactionStatus)
  }

  /**
   * Resolves when whatever is under way on the client, whoever sent it, is answered: at once if nothing is. Past the limit
   * the connection is cut.
   */
  async settled(limitMs: number): Promise<void> {
    const until = performance.now() + limitMs
    while (!this.#isQuiet && this.lost === undefined) {
      const left = until - performance.now()
      if (left > 0) await this.nextReady(left)
      else {
        this.lost = new Error('What others had sent was not answered.')
        this.socket.destroy()
      }
    }
  }

  /**
   * Whether a client that waited in the pool has ended there. What the server said while nobody listened, as when
   * something blocked the thread, is heard first.
   */
  async hasEnded(): Promise<boolean> {
    if (this.idleSince === undefined) return false
    if (this.#isUnheard(this.idleSince)) {
      // Events that were fetched before the thread was blocked come with the first, all others with the second.
      await turnOfLoop()
      await turnOfLoop()
    }
    return this.#isOver
  }

  /** Whether a client that waited in the pool can be used as it is, without a look at whether it has ended there. */
  get isFit(): boolean {
    return (
      this.idleSince !== undefined &&
      this.status === 'I' &&
      this.#isQuiet &&
      !this.#isOver &&
      !this.#isUnheard(this.idleSince)
    )
  }

  /** Whether nothing is under way on the client, whoever sent it. */
  get #isQuiet(): boolean {
    // A property of pg's clients that their types leave out.
    return (this.client as { readonly readyForQuery?: boolean }).readyForQuery !== false
  }

  get #isOver(): boolean {
    return this.lost !== undefined || this.socket.readableEnded || this.socket.destroyed
  }

  #isUnheard(since: number): boolean {
    return performance.now() - since > UNHEARD_MS
  }

  /** Waits for the server's next ReadyForQuery, the end of the connection or, if given, a time. */
  nextReady(limitMs?: number): Promise<void> {
    return new Promise((resolve) => {
      const settle = () => {
        clearTimeout(timer)
        this.#waiting.delete(settle)
        resolve()
      }
      const timer = limitMs === undefined ? undefined : setTimeout(settle, limitMs)
      this.#waiting.add(settle)
      if (this.lost !== undefined) settle()
    })
  }

  #ready(status: TransactionStatus): void {
    this.status = status
    this.answers++
    if (status === 'I') this.prepared.transactionEnded()
    this.holder?.ready(status)
    this.#wake()
  }

  #lose(reason: Error): void {
    this.lost ??= reason
    this.holder?.lose(reason)
    this.#wake()
  }

  #wake(): void {
    if (this.#waiting.size === 0) return
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const wake of waiting) wake()
  }
}
