import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads'
import { asError, ConnectionError } from '../errors.js'
import { clearTimeout, setTimeout } from '../real-timers.js'
import { launch, launchProblem } from './launch.js'
import { Watchdog } from './watchdog.js'
import type { OpenMessage, ShutdownMessage, WorkerSettings } from './messages.js'

/** The worker makes little but network buffers, which are let go as often as its young generation is collected. */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 2 }

const ANOTHER = 'A new iteration starts another.'

/** A worker thread of synchronous iteration, as the calling thread sees it. */
export class WorkerThread {
  readonly #worker: Worker
  readonly #watchdog: Watchdog
  readonly #exited: Promise<void>
  /** What it was ended for. */
  #verdict: string | undefined

  readonly #file: string | URL | undefined

  /**
   * @param file of the worker's code, if it is not found by itself.
   * @throws {@link ConnectionError} when the process may not start one, or cannot.
   */
  constructor(settings: Omit<WorkerSettings, 'watchdog' | 'pulse'>, file?: string | URL) {
    this.#file = file
    const { port1, port2 } = new MessageChannel()
    const pulse = new SharedArrayBuffer(4)
    this.#watchdog = new Watchdog(port1, new Int32Array(pulse))
    this.#worker = start({ ...settings, watchdog: port2, pulse }, port2, file)
    this.#worker.on('error', (error: Error) => this.#watchdog.ended({ error }))
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', (exitCode) => {
        this.#watchdog.ended({ exitCode })
        resolve()
      })
    })
    this.#worker.unref()
  }

  /** Whether the thread is gone, by itself or as it was told. */
  get hasEnded(): boolean {
    return this.#verdict !== undefined || this.#watchdog.hasEnded()
  }

  post(message: OpenMessage | ShutdownMessage, transfer: readonly MessagePort[] = []): void {
    this.#worker.postMessage(message, transfer)
  }

  /**
   * To be called after each slice of waiting in which nothing came.
   *
   * @throws {@link ConnectionError} when the thread is gone, or hangs; then it is ended.
   */
  checkAlive(): void {
    if (this.hasEnded) throw this.#ended()
    if (!this.#watchdog.isSilent()) return
    this.#verdict = `The worker thread of iterator() gave no sign of life for a minute and was ended. ${ANOTHER}`
    void this.#worker.terminate()
    throw this.#ended()
  }

  /** Asks it to end its streams and exit; past the limit it is ended. */
  async end({ limitMs, keepsProcess }: { readonly limitMs: number; readonly keepsProcess: boolean }) {
    this.#verdict = 'The database was closed while the iterator was open.'
    if (keepsProcess) this.#worker.ref()
    this.post({ type: 'shutdown' })
    const timer = setTimeout(() => void this.#worker.terminate(), limitMs)
    if (!keepsProcess) timer.unref()
    await this.#exited
    clearTimeout(timer)
  }

  #ended(): ConnectionError {
    if (this.#verdict !== undefined) return new ConnectionError(this.#verdict)
    const { hasStarted, lastWord } = this.#watchdog
    const { error, exitCode } = lastWord ?? {}
    const reason =
      error?.message ??
      (hasStarted ? undefined : launchProblem(this.#file)) ??
      (exitCode === undefined
        ? 'it had no time to say why, as when memory runs out, a module that NODE_OPTIONS loads fails, or a bundle has its file elsewhere'
        : `it exited with code ${exitCode}`)
    return new ConnectionError(
      hasStarted
        ? `The worker thread of iterator() ended, and its connections with it: ${reason}. ${ANOTHER}`
        : cannotStart(reason),
      error && { cause: Object.assign(new Error(error.message), error) },
    )
  }
}

function cannotStart(reason: string): string {
  return `The worker thread of iterator() could not start: ${reason}. Without one, use aiterator().`
}

function start(settings: WorkerSettings, watchdog: MessagePort, file?: string | URL): Worker {
  try {
    return launch(
      {
        ...{ workerData: settings, transferList: [watchdog], resourceLimits: RESOURCE_LIMITS },
        // Flags of the process mean its own code, but for those by which Yarn's Plug'n'Play finds packages.
        ...(process.versions['pnp'] === undefined && { execArgv: [] }),
      },
      file,
    )
  } catch (error) {
    throw new ConnectionError(cannotStart(asError(error).message), { cause: error, isFinal: true })
  }
}
