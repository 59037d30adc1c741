import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { MessageChannel, Worker } from 'node:worker_threads'
import type { Pool } from 'pg'
import { ConnectionError, UsageError } from '../errors.js'
import { beginStatement } from '../postgres/begin-statement.js'
import type { Engine } from '../postgres/engine.js'
import { timeLimitsOf } from '../postgres/time-limits.js'
import { connectionSettings } from './connection-settings.js'
import { EXITED, HEARTBEAT, type OpenMessage, type SyncStatement, type WorkerSettings } from './messages.js'
import { SyncBridge } from './sync-bridge.js'

/** How long a worker may take to start, and how long its heart may stop, before it is taken for dead. */
const START_TIMEOUT_MS = 30_000
const HEARTBEAT_TIMEOUT_MS = 10_000

/**
 * How long a synchronous stream waits for a lock, unless the pool sets `lock_timeout`: the calling thread may itself
 * hold the lock, and cannot let it go while it waits.
 */
const LOCK_TIMEOUT_MS = 30_000

/** The worker makes little but network buffers, which are let go as often as its young generation is collected. */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 2 }

const hosts = new WeakMap<Engine, SyncHost>()

/**
 * The one worker thread of a dialect: started by the first synchronous iteration, ended with the dialect or when it has
 * been idle for a while.
 */
export class SyncHost {
  readonly #engine: Engine
  #worker: Worker | undefined
  #pulse = new Int32Array(new SharedArrayBuffer(8))
  #lastBeat = 0
  #lastBeatAt = 0
  /** Streams that are open on the worker. */
  #streams = 0
  #idleTimer: NodeJS.Timeout | undefined

  private constructor(engine: Engine) {
    this.#engine = engine
    engine.closers.add(() => this.#end({ keepsProcess: true }))
  }

  static of(engine: Engine): SyncHost {
    let host = hosts.get(engine)
    if (host === undefined) {
      host = new SyncHost(engine)
      hosts.set(engine, host)
    }
    return host
  }

  /** Starts a stream on the worker; its first chunk is on its way at once. */
  open(statement: Omit<SyncStatement, 'begin'>): SyncBridge {
    if (this.#engine.isClosed) throw new ConnectionError('iterator() was called on a closed database.')
    const worker = this.#running()
    const { port1, port2 } = new MessageChannel()
    const answers = new SharedArrayBuffer(4)
    const begin = [beginStatement(statement.readOnly, statement.lingers)]
    if (this.#engine.openedPool?.options.lock_timeout === undefined) {
      begin.push(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`)
    }
    const message: OpenMessage = { ...statement, begin, type: 'open', port: port2, answers }
    worker.postMessage(message, [port2])
    this.#streams++
    clearTimeout(this.#idleTimer)
    return new SyncBridge(port1, new Int32Array(answers), {
      closeTimeoutMs: this.#engine.limits.closeTimeoutMs,
      checkAlive: () => this.#checkAlive(worker),
      onEnd: () => this.#ended(worker),
    })
  }

  #running(): Worker {
    if (this.#worker !== undefined && Atomics.load(this.#pulse, EXITED) === 0) return this.#worker
    const { openedPool, limits } = this.#engine
    if (openedPool === undefined) {
      throw new UsageError(
        'iterator() needs the pool itself: give SluiceDialect a pool, not a function that makes one, or run an ' +
          'asynchronous query first.',
      )
    }
    refuseSetUp(this.#engine, openedPool)
    const pulse = new SharedArrayBuffer(8)
    const settings: WorkerSettings = {
      connection: connectionSettings(openedPool.options),
      limits: timeLimitsOf(limits),
      pulse,
    }
    const worker = startWorker(settings)
    const forget = () => {
      Atomics.store(new Int32Array(pulse), EXITED, 1)
      if (this.#worker === worker) this.#worker = undefined
    }
    worker.on('error', forget)
    worker.on('exit', forget)
    worker.unref()
    this.#pulse = new Int32Array(pulse)
    this.#lastBeat = 0
    this.#lastBeatAt = performance.now()
    this.#streams = 0
    return (this.#worker = worker)
  }

  /** Looked at between slices of waiting, since nothing wakes a waiting thread when a worker dies. */
  #checkAlive(worker: Worker): void {
    const beat = Atomics.load(this.#pulse, HEARTBEAT)
    const now = performance.now()
    if (beat !== this.#lastBeat) {
      this.#lastBeat = beat
      this.#lastBeatAt = now
    }
    const limit = beat === 0 ? START_TIMEOUT_MS : HEARTBEAT_TIMEOUT_MS
    const exited = worker !== this.#worker || Atomics.load(this.#pulse, EXITED) === 1
    if (!exited && now - this.#lastBeatAt < limit) return
    void worker.terminate()
    // Another iterator may have started a new one already.
    if (this.#worker === worker) this.#worker = undefined
    throw new ConnectionError(
      exited
        ? 'The worker thread of iterator() ended: its connection is gone. A new iteration starts a new one.'
        : `The worker thread of iterator() gave no sign of life for ${limit} ms and was ended.`,
    )
  }

  /** A stream on the worker has ended; after the last one the worker waits for another, for a while. */
  #ended(worker: Worker): void {
    if (worker !== this.#worker || --this.#streams > 0) return
    const end = () => void this.#end({ keepsProcess: false })
    this.#idleTimer = setTimeout(end, this.#engine.limits.workerIdleTimeoutMs).unref()
  }

  async #end({ keepsProcess }: { readonly keepsProcess: boolean }): Promise<void> {
    clearTimeout(this.#idleTimer)
    const worker = this.#worker
    if (worker === undefined) return
    this.#worker = undefined
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
    if (keepsProcess) worker.ref()
    worker.postMessage({ type: 'shutdown' })
    const timer = setTimeout(() => void worker.terminate(), this.#engine.limits.closeTimeoutMs)
    if (!keepsProcess) timer.unref()
    await exited
    clearTimeout(timer)
  }
}

/** A role or tenant that a connection is set up with would be missing on the worker's. */
function refuseSetUp({ config }: Engine, pool: Pool): void {
  const { onConnect } = pool.options as { readonly onConnect?: unknown }
  if (
    config.onCreateConnection ||
    config.onReserveConnection ||
    onConnect ||
    pool.listenerCount('connect') > 0
  ) {
    throw new UsageError(
      'iterator() reads on a connection of a worker thread, where the functions that set up your connections ' +
        '(onCreateConnection, onReserveConnection, onConnect, the pool\'s "connect" listeners) cannot run. Use aiterator().',
    )
  }
}

/**
 * From the build the worker is a JavaScript file. From source it is TypeScript, and Node 20 hands no loader of the
 * parent to a worker: there it registers tsx for itself first. Either way its end is noted, also when it fails to load.
 */
function startWorker(settings: WorkerSettings): Worker {
  const isSource = import.meta.url.endsWith('.ts')
  const entry = new URL(isSource ? './worker.ts' : './worker.js', import.meta.url)
  const load = `import(${JSON.stringify(entry.href)})`
  const code = `
    const { workerData } = require('node:worker_threads')
    process.on('exit', () => Atomics.store(new Int32Array(workerData.pulse), ${EXITED}, 1))
    ${isSource ? `import(${JSON.stringify(tsxApi())}).then(({ register }) => { register(); return ${load} })` : load}`
  return new Worker(code, { eval: true, workerData: settings, execArgv: [], resourceLimits: RESOURCE_LIMITS })
}

/** `require` would resolve `tsx/esm/api` to its CommonJS twin, which cannot register from a worker. */
function tsxApi(): string {
  return new URL('./esm/api/index.mjs', pathToFileURL(createRequire(import.meta.url).resolve('tsx'))).href
}
