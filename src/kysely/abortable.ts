import type { CompiledQuery, QueryExecutor, QueryResult } from 'kysely'
import { abortSignal, checkOptions, type OptionChecks } from '../options.js'
import { onAbort } from '../shared-signal.js'
import { ChangedConnection } from './changed-statements.js'
import type { HandedConnection } from './handed-connection.js'
import type { Binding } from './handle.js'
import { hasSignal, withSignal } from './read-request.js'

/** Options of all that runs. */
export interface CallOptions {
  /**
   * Calls it off: the statement under way is cancelled on the server, nothing further is sent, and the promise rejects with
   * the signal's reason. The connection is kept, and nothing runs on it before that is over. Inside a transaction the
   * cancelled statement aborts that, as any failed one does.
   */
  readonly signal?: AbortSignal
}

export const CALL_CHECKS: OptionChecks<CallOptions> = { signal: abortSignal }

/** What runs with a binding. */
type Work<T> = (binding: Binding) => Promise<T>

/**
 * Runs a call that may be called off: by its own signal, or by that of its handle.
 *
 * @param options checked here, unless the call has others as well.
 * @throws {@link OptionError}; the signal's reason, before anything is sent where it was aborted before.
 */
export function abortable<T>(binding: Binding, options: CallOptions | undefined, work: Work<T>): Promise<T> {
  const signal = callSignal(binding, options)
  return signal === undefined ? work(binding) : reading(signal, writing(binding, signal, work))
}

/** The same for what writes: what was done by the time that its signal is aborted is told. */
export function abortableWrite<T>(
  binding: Binding,
  options: CallOptions | undefined,
  work: Work<T>,
): Promise<T> {
  const signal = callSignal(binding, options)
  return signal === undefined ? work(binding) : writing(binding, signal, work)
}

/** What calls off a call, if anything does: the signal of its handle, or its own. */
export function signalOfCall(
  ofHandle: AbortSignal | undefined,
  own: AbortSignal | undefined,
): AbortSignal | undefined {
  if (ofHandle === undefined || own === undefined) return own ?? ofHandle
  return AbortSignal.any([ofHandle, own])
}

function callSignal(binding: Binding, options: CallOptions | undefined): AbortSignal | undefined {
  if (options === undefined) return binding.signal
  return signalOfCall(binding.signal, checkOptions(options, CALL_CHECKS).signal)
}

async function reading<T>(signal: AbortSignal, reads: Promise<T>): Promise<T> {
  const result = await reads
  signal.throwIfAborted()
  return result
}

async function writing<T>(binding: Binding, signal: AbortSignal, work: Work<T>): Promise<T> {
  signal.throwIfAborted()
  try {
    return await work(abortedBy(binding, signal))
  } catch (error) {
    // Whatever it was by then, it was called off.
    signal.throwIfAborted()
    throw error
  }
}

/** A binding whose statements are cancelled, and whose waits for a connection end, when the signal is aborted. */
function abortedBy(binding: Binding, signal: AbortSignal): Binding {
  const { executor } = binding
  const provided = executor.withConnectionProvider({
    provideConnection: (consumer, ...options: []) =>
      connectionUnlessAborted(
        executor,
        signal,
        (given) => consumer(new AbortableConnection(given, signal)),
        ...options,
      ),
  })
  return { ...binding, executor: provided, signal, beneath: binding }
}

/** Gives a task a connection. The wait for that ends when the signal is aborted, and what comes late goes straight back. */
export function connectionUnlessAborted<T>(
  executor: QueryExecutor,
  signal: AbortSignal,
  task: (connection: HandedConnection) => Promise<T>,
  ...options: []
): Promise<T> {
  return new Promise((resolve, reject) => {
    // A signal's reason is what the caller gets, whatever it is.
    const forget = onAbort(signal, () => reject(signal.reason as Error))
    executor
      .provideConnection(
        (given) => {
          forget()
          signal.throwIfAborted()
          // Executors of bindings give out no others.
          return task(given as HandedConnection)
        },
        ...options,
      )
      .finally(forget)
      .then(resolve, reject)
  })
}

/** A connection whose statements are cancelled when a signal is aborted, but for those that undo what was done. */
class AbortableConnection extends ChangedConnection {
  readonly #signal: AbortSignal

  constructor(given: HandedConnection, signal: AbortSignal) {
    super(given, {})
    this.#signal = signal
  }

  override async executeQuery<R>(query: CompiledQuery, ...options: []): Promise<QueryResult<R>> {
    if (hasSignal(query)) return super.executeQuery<R>(query, ...options)
    this.#signal.throwIfAborted()
    try {
      return await super.executeQuery<R>(withSignal(query, this.#signal), ...options)
    } catch (error) {
      this.#signal.throwIfAborted()
      throw error
    }
  }
}
