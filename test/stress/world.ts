import { AsyncLocalStorage } from 'node:async_hooks'
import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import type { Pool, PoolClient } from 'pg'
import { connect, type ConnectOptions, type Database } from '../../src/index.js'
import { engineOf } from '../../src/kysely/adapter.js'
import type { Engine } from '../../src/connection/engine.js'
import type { Proxy } from '../postgres/support/proxy.js'
import { promise } from './failures.js'
import type { StressTables } from './tables.js'
import { emptyTally } from './tally.js'
import { Watch } from './watch.js'

export const POOL_SIZE = 3
const CLOSE_TIMEOUT_MS = 5_000
const PATIENCE_MS = 20_000

export interface WorldOptions {
  /** Of the database itself. */
  readonly url: string
  readonly application: string
  /** Through which the streams connect, and by which they may be cut off. */
  readonly proxy?: Proxy
  /** Where they connect to, if not to the database itself or the proxy. */
  readonly via?: string
  /** Beside those that it has by itself. */
  readonly settings?: ConnectOptions
}

/** A pool of three, those who stream through it, and who watches them. */
export class World implements AsyncDisposable {
  readonly db: Database<StressTables>
  readonly pool: Pool
  readonly watch: Watch
  readonly proxy: Proxy | undefined
  readonly tally = emptyTally()
  /** Counts the queries of whoever runs within it. */
  readonly queries = new AsyncLocalStorage<{ queries: number }>()
  /** Streams and queries that are open; each may have one connection. */
  active = 0
  /** The server itself is taken away: then anything may be lost, until all is back. */
  isOutage = false
  #outages = 0
  readonly #engine: Engine
  #leases = 0
  #mostListeners: number | undefined

  constructor({ url, application, proxy, via = proxy?.url ?? url, settings }: WorldOptions) {
    this.proxy = proxy
    this.watch = new Watch(url, application)
    this.db = connect<StressTables>({
      connectionString: via,
      application_name: application,
      max: POOL_SIZE,
      closeTimeoutMs: CLOSE_TIMEOUT_MS,
      ...settings,
      log: () => {
        const counter = this.queries.getStore()
        if (counter !== undefined) counter.queries++
      },
    })
    const engine = engineOf(this.db.getExecutor().adapter)
    const pool = engine?.openedPool
    if (engine === undefined || pool === undefined) throw new Error('The dialect is not ours.')
    this.#engine = engine
    this.pool = pool
    pool.on('acquire', () => this.#leases++)
    pool.on('release', () => this.#leases--)
  }

  /** Ends one connection, whose it ever is. */
  async cut(how: 'kill' | 'reset'): Promise<void> {
    if (how === 'kill') {
      // Counted before: whom it meets may hear of it first.
      this.tally.cuts++
      await this.watch.kill()
      return
    }
    const [client] = [...(this.proxy?.clients ?? [])].sort(() => Math.random() - 0.5)
    if (client === undefined) return
    this.tally.cuts++
    client.resetAndDestroy()
  }

  /** Cancels the query of one connection, whose it ever is, or of all that are asleep. */
  async cancel(which: 'one' | 'asleep'): Promise<void> {
    this.tally.cancels += which === 'one' ? 1 : POOL_SIZE
    const met = which === 'one' ? await this.watch.cancel() : await this.watch.wake()
    this.tally.cancels -= (which === 'one' ? 1 : POOL_SIZE) - met
  }

  /** The server itself is about to be taken away. */
  startOutage(): void {
    this.isOutage = true
    this.#outages++
  }

  /** Waits until no more connections are out than there is use for. */
  async untilFree(): Promise<void> {
    const start = performance.now()
    while (this.#leases > this.active) {
      promise(
        performance.now() - start < CLOSE_TIMEOUT_MS + PATIENCE_MS,
        'The connection is not free after the loop.',
      )
      // Who gave up waiting for a connection gives it back when it comes.
      await setImmediate()
    }
    this.tally.longestFreeMs = Math.max(this.tally.longestFreeMs, performance.now() - start)
  }

  /** When nobody streams: everything is back, on both sides, and nothing has grown. */
  async settle(): Promise<void> {
    const start = performance.now()
    const outages = this.#outages
    await this.#until(
      () => {
        const { waiting, out, streams } = this.#state()
        return this.pool.idleCount === this.pool.totalCount && waiting + out + streams === 0
      },
      () => `The pool is not as it was: ${JSON.stringify(this.#state())}.`,
    )
    promise(this.pool.totalCount <= POOL_SIZE, `The pool has ${this.pool.totalCount} connections.`)
    let sessions: string[] = []
    await this.#until(
      async () => {
        sessions = await this.watch.sessions()
        return sessions.length <= POOL_SIZE && sessions.every((state) => state === 'idle')
      },
      () => `The server has sessions that are not idle, or too many: ${sessions.join(', ')}.`,
    )
    this.tally.longestSettleMs = Math.max(this.tally.longestSettleMs, performance.now() - start)
    await this.#checkListeners()
    const { losses, cuts, cancelled, cancels } = this.tally
    promise(this.isOutage || losses <= cuts, `${losses} connections were lost, and ${cuts} cut.`)
    // Idle connections that were lost with the server are gone by now.
    if (this.isOutage && outages === this.#outages) {
      this.isOutage = false
      this.tally.cuts = Math.max(cuts, losses)
    }
    promise(cancelled <= cancels, `${cancelled} queries were cancelled, and ${cancels} were meant to be.`)
  }

  /** Closes the database; the server has no session of it left. */
  async close(): Promise<void> {
    await this.db.close()
    promise(this.pool.totalCount === 0, 'The pool has connections after destroy().')
    let sessions: string[] = []
    await this.#until(
      async () => (sessions = await this.watch.sessions()).length === 0,
      () => `The server has sessions after destroy(): ${sessions.join(', ')}.`,
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.db.close()
    await this.watch[Symbol.asyncDispose]()
  }

  #state() {
    const { totalCount, idleCount, waitingCount } = this.pool
    const { streams } = this.#engine
    return {
      total: totalCount,
      idle: idleCount,
      waiting: waitingCount,
      out: this.#leases,
      streams: streams.size,
    }
  }

  /** Those of the clients, of pg's connections below them, and of their sockets. */
  async #checkListeners(): Promise<void> {
    const clients: PoolClient[] = []
    for (let count = this.pool.idleCount; count > 0; count--) {
      // One that was cut off while it was idle.
      const client = await this.pool.connect().catch(() => undefined)
      if (client !== undefined) clients.push(client)
    }
    const counts = clients.map((client) =>
      [client, client.connection, client.connection.stream as Socket].reduce(
        (sum, emitter) => sum + listenersOf(emitter),
        0,
      ),
    )
    for (const client of clients) client.release()
    const most = Math.max(0, ...counts)
    this.#mostListeners ??= most
    promise(
      most <= this.#mostListeners,
      `There are ${most} listeners on a client, and were ${this.#mostListeners}.`,
    )
  }

  async #until(isSo: () => boolean | Promise<boolean>, broken: () => string): Promise<void> {
    const end = performance.now() + PATIENCE_MS
    while (!(await isSo())) {
      promise(performance.now() < end, broken())
      await sleep(2)
    }
  }
}

function listenersOf(emitter: EventEmitter): number {
  return emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0)
}
