import { MessageChannel } from 'node:worker_threads'
import { Attached } from '../copies.js'
import { UsageError } from '../errors.js'
import { databaseClosed, type Engine } from '../connection/engine.js'
import { timeLimitsOf } from '../connection/time-limits.js'
import { clearTimeout, setTimeout } from '../real-timers.js'
import { connectionDefaults, connectionSettings } from './connection-settings.js'
import type { IterationRequest } from '../request.js'
import type { OpenMessage } from './messages.js'
import { SyncBridge } from './bridge.js'
import { refuseSetUp } from './session-hooks.js'
import { WorkerThread } from './thread.js'

/**
 * How long a synchronous stream waits for a lock, unless the pool sets `lock_timeout`: the calling thread may itself
 * hold the lock, and cannot let it go while it waits.
 */
const LOCK_TIMEOUT_MS = 30_000

const hosts = new Attached<Engine, SyncHost>('sync-host')

/**
 * The one worker thread of a dialect: started by the first synchronous iteration, ended with the dialect or when it has
 * been idle for a while.
 */
export class SyncHost {
  readonly #engine: Engine
  #worker: WorkerThread | undefined
  /** Streams that are open on the worker. */
  #streams = 0
  #idleTimer: NodeJS.Timeout | undefined

  private constructor(engine: Engine) {
    this.#engine = engine
    engine.closers.add(() => this.#end({ keepsProcess: true }))
  }

  /**
   * @param followsSearchPath whether it matters which search_path a connection has.
   * @throws {@link UsageError} when the worker's connections would not be what the pool's are.
   */
  static of(engine: Engine, followsSearchPath: boolean): SyncHost {
    let host = hosts.get(engine)
    if (host === undefined) {
      host = new SyncHost(engine)
      hosts.set(engine, host)
    }
    host.check(followsSearchPath)
    return host
  }

  /** @throws {@link UsageError} as {@link of}. Its own method, since it may be of another copy of this class. */
  check(followsSearchPath: boolean): void {
    const { openedPool } = this.#engine
    if (openedPool === undefined) return
    refuseSetUp(this.#engine, openedPool, followsSearchPath)
    if (this.#worker === undefined) connectionSettings(openedPool.options)
  }

  /** Has the thread start beside what the caller does before `open`, which says why it cannot. */
  prepare(): void {
    if (this.#worker?.hasEnded === false || this.#engine.isClosed) return
    try {
      this.#running()
      this.#endWhenIdle()
    } catch {
      // Nobody has asked for rows yet.
    }
  }

  /** Starts a stream on the worker; its first chunk is on its way at once. */
  open(request: IterationRequest): SyncBridge {
    if (this.#engine.isClosed) throw databaseClosed()
    const worker = this.#running()
    const { port1, port2 } = new MessageChannel()
    const answers = new SharedArrayBuffer(4)
    const message: OpenMessage = { type: 'open', request, port: port2, answers }
    worker.post(message, [port2])
    this.#streams++
    clearTimeout(this.#idleTimer)
    return new SyncBridge(port1, new Int32Array(answers), {
      closeTimeoutMs: this.#engine.limits.closeTimeoutMs,
      checkAlive: () => worker.checkAlive(),
      onEnd: () => this.#ended(worker),
    })
  }

  #running(): WorkerThread {
    if (this.#worker?.hasEnded === false) return this.#worker
    const { openedPool, limits, retry, workerSession } = this.#engine
    if (openedPool === undefined) {
      throw new UsageError(
        'iterator() needs the pool itself: give SluiceDialect a pool, not a function that makes one, or run an ' +
          'asynchronous query first.',
      )
    }
    refuseSetUp(this.#engine, openedPool, false)
    const connection = connectionSettings(openedPool.options)
    const defaults = connectionDefaults(openedPool.options)
    const lockTimeoutMs = openedPool.options.lock_timeout === undefined ? LOCK_TIMEOUT_MS : undefined
    this.#streams = 0
    const settings = {
      connection,
      defaults,
      limits: timeLimitsOf(limits),
      retry,
      lockTimeoutMs,
      workerSession,
    }
    return (this.#worker = new WorkerThread(settings, this.#engine.iteratorWorker))
  }

  /** A stream on the worker has ended; after the last one the worker waits for another, for a while. */
  #ended(worker: WorkerThread): void {
    if (worker === this.#worker && --this.#streams === 0) this.#endWhenIdle()
  }

  #endWhenIdle(): void {
    clearTimeout(this.#idleTimer)
    const end = () => void this.#end({ keepsProcess: false })
    this.#idleTimer = setTimeout(end, this.#engine.limits.workerIdleTimeoutMs).unref()
  }

  async #end({ keepsProcess }: { readonly keepsProcess: boolean }): Promise<void> {
    clearTimeout(this.#idleTimer)
    const worker = this.#worker
    if (worker === undefined) return
    this.#worker = undefined
    await worker.end({ limitMs: this.#engine.limits.closeTimeoutMs, keepsProcess })
  }
}
