import type { RowSink } from '../rows/row-sink.js'
import type { TransactionStatus } from '../pg/client-watch.js'
import type { Deadline } from '../connection/deadline.js'
import type { Engine, OpenStream } from '../connection/engine.js'
import type { ExchangeResult } from '../pg/exchange.js'
import type { ExchangeLimit } from '../connection/exchange-limit.js'

/** A portal, as its connection sees it. */
export interface OpenPortal extends OpenStream {
  readonly ownsTransaction: boolean
  /** The connection's transaction ended under the portal, which ended with it. */
  transactionEnded(): void
}

/** The connection, as a portal sees it. */
export interface PortalConnection {
  readonly engine: Engine
  readonly status: TransactionStatus
  readonly isLost: boolean
  /** Something is under way. */
  readonly isBusy: boolean
  /** What aborted the present transaction, while it is in its failed state. */
  readonly transactionFailure: Error | undefined
  readonly openPortals: Set<OpenPortal>
  /** Sends messages that end in a Sync, when everything sent before is answered, and waits for the answer. */
  exchange(
    owner: object,
    messages: () => Buffer[],
    sink: RowSink<unknown>,
    limit?: ExchangeLimit,
  ): Promise<ExchangeResult>
  /** The same, but sent already while an exchange of the same owner is still being answered. */
  exchangeEarly(
    owner: object,
    messages: () => Buffer[],
    sink: RowSink<unknown>,
    limit?: ExchangeLimit,
  ): Promise<ExchangeResult>
  /** Cancels what is running on the server, if it is an exchange of `owner`. */
  cancel(owner: object): void
  /** Destroys the socket after the engine's close timeout, unless that is cleared before. */
  destroyAfterCloseTimeout(what: () => string): Deadline
  destroy(reason: Error): void
  /** Closes the connection for good, and makes room in the pool. */
  discard(reason: Error): Promise<void>
}
