import type { Client, Pool } from 'pg'
import { Attached, refusalOf, version } from '../copies.js'
import { UsageError } from '../errors.js'
import { watchNewClients, type Connecting } from './new-client.js'
import { Session } from './session.js'

/** Of any version. */
const watches = new Attached<Pool, PoolWatch>('pool', '')

/** On the listeners that are ours, of whatever copy of this module. */
const OURS = Symbol.for('sluice.listener')

export function isOurListener(listener: object): boolean {
  return OURS in listener
}

/** What pg's pool makes its clients by, which its types leave out. */
interface ClientMaker {
  readonly Client?: { readonly prototype: object }
}

/** What is done to a pool once, however many dialects share it. */
export class PoolWatch {
  readonly version = version
  /** Clients that are being connected. */
  readonly connecting: Connecting = new Set()
  /** Clients whose sockets are not closed. */
  readonly clients = new Set<Client>()
  /** For a new connection; that of the dialect which came last. */
  connectTimeoutMs: number

  /** @throws {@link UsageError} for a pool that another version of sluice has set up. */
  static of(pool: Pool, connectTimeoutMs: number): PoolWatch {
    const watch = watches.get(pool)
    if (watch === undefined) return new PoolWatch(pool, connectTimeoutMs)
    const refusal = refusalOf('The pool', watch.version)
    if (refusal !== undefined) throw new UsageError(refusal)
    watch.connectTimeoutMs = connectTimeoutMs
    return watch
  }

  /** The clients of a pool that are connected, as far as anyone looked. */
  static clientsOf(pool: Pool): Iterable<Client> {
    return watches.get(pool)?.clients ?? []
  }

  /** The class of a pool's clients, which it was given. */
  static clientClassOf(pool: Pool): ClientMaker['Client'] {
    return (watches.get(pool)?.maker ?? (pool as ClientMaker)).Client
  }

  private readonly maker: ClientMaker

  private constructor(pool: Pool, connectTimeoutMs: number) {
    watches.set(pool, this)
    const { Client } = pool as ClientMaker
    this.maker = Client ? { Client } : {}
    this.connectTimeoutMs = connectTimeoutMs
    // Without a listener the loss of an idle connection would be an uncaught exception; the pool drops it by itself.
    pool.on('error', () => {})
    const acquired = (client: Client) => {
      if (this.clients.has(client)) return
      Session.of(client)
      this.clients.add(client)
      // Not by the pool's own word, which in older versions comes while the socket is still open.
      client.once('end', () => this.clients.delete(client))
    }
    pool.on('acquire', Object.assign(acquired, { [OURS]: true }))
    pool.on('release', (_error, client) => (Session.of(client).idleSince = performance.now()))
    watchNewClients(pool, () => this.connectTimeoutMs, this.connecting)
  }
}
