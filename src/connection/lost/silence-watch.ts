import type { Socket } from 'node:net'
import { ConnectionError } from '../../errors.js'
import type { HeldLimits } from '../time-limits.js'
import { whyUnreachable } from './reachable.js'

const SLICES = 4

/** A connection on which the server may owe an answer. */
export interface Listening {
  readonly isBusy: boolean
  readonly session: { readonly socket: Socket }
  destroy(reason: Error): void
}

/** What was last heard on a connection, and how many looks ago. */
interface Heard {
  readonly bytes: number
  slices: number
}

/**
 * Cuts connections on which the server owes an answer and cannot be reached any more. Looks at all that are handed out, four
 * times within the limit, so that nothing is done for a single query; each look counts once however late it is.
 */
export class SilenceWatch {
  readonly #limits: HeldLimits
  readonly #connections: ReadonlySet<Listening>
  readonly #heard = new WeakMap<Listening, Heard>()
  #timer: NodeJS.Timeout | undefined

  constructor(limits: HeldLimits, connections: ReadonlySet<Listening>) {
    this.#limits = limits
    this.#connections = connections
  }

  /** To be called when there is a connection to watch; it stops by itself when there is none. */
  start(): void {
    this.#timer ??= setInterval(() => this.#look(), Math.ceil(this.#limits.silenceTimeoutMs / SLICES)).unref()
  }

  #look(): void {
    if (this.#connections.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
    }
    for (const connection of this.#connections) {
      const heard = this.#heard.get(connection)
      if (!this.#isSilent(connection, heard))
        this.#heard.set(connection, { bytes: connection.session.socket.bytesRead, slices: 0 })
      else if (++heard.slices === SLICES) void this.#ask(connection, heard)
    }
  }

  #isSilent({ isBusy, session }: Listening, heard: Heard | undefined): heard is Heard {
    // A stream of the application's own may not count.
    return isBusy && heard !== undefined && heard.bytes === session.socket.bytesRead
  }

  async #ask(connection: Listening, heard: Heard): Promise<void> {
    const { connectTimeoutMs, silenceTimeoutMs } = this.#limits
    const reason = await whyUnreachable(connection.session.socket, connectTimeoutMs)
    // Something else may have come, or another have the connection.
    if (this.#heard.get(connection) !== heard || !this.#isSilent(connection, heard)) return
    heard.slices = 0
    if (reason === undefined) return
    connection.destroy(
      new ConnectionError(
        `The connection was cut: the server owes an answer, nothing was heard of it for ${silenceTimeoutMs} ms ` +
          `(silenceTimeoutMs), and ${reason}.`,
      ),
    )
  }
}
