import type { TransactionStatus } from '../../pg/session.js'
import type { Engine, OpenStream } from '../engine.js'

/** A stream, as its connection sees it. */
export interface HeldStream extends OpenStream {
  readonly ownsTransaction: boolean
}

/** A connection that somebody has, as far as it is the same whoever's driver it is of. */
export interface HeldConnection {
  readonly engine: Engine
  readonly status: TransactionStatus
  /** Which lease of the engine it is out on. */
  readonly lease: number
  /** It is the only one that there is, and others are to have it in between. */
  readonly isSole: boolean
  readonly isLost: boolean
  /** What aborted the present transaction, while it is in its failed state. */
  readonly transactionFailure: Error | undefined
  readonly openPortals: ReadonlySet<HeldStream>
  /** The innermost `withSettings()` under way in its transaction: statements of others would run by its settings. */
  settingsScope: object | undefined
  /** What it is connected to, as far as that is known. */
  readonly server: {
    readonly database?: string | undefined
    readonly host?: string | undefined
    readonly port?: number | undefined
  }
  /** Resolves when nothing is under way any more. */
  cancelAll(): Promise<void>
  /** Bare names may stand for something else from here on. */
  searchPathChanged(): void
}
