/** What is called when a signal is aborted, and the one listener of ours that does. */
interface Shared {
  readonly listeners: Set<() => void>
  readonly abort: () => void
}

const known = new WeakMap<AbortSignal, Shared>()

/**
 * Calls `listener` when the signal is aborted, until what is returned is called. A signal has one listener of ours
 * however many calls and streams share it, since Node warns of more than ten as of a leak.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  const shared = known.get(signal) ?? listen(signal)
  shared.listeners.add(listener)
  return () => {
    shared.listeners.delete(listener)
    if (shared.listeners.size > 0 || known.get(signal) !== shared) return
    signal.removeEventListener('abort', shared.abort)
    known.delete(signal)
  }
}

/** Waits for work, but no longer than until the signal is aborted: then its reason is thrown. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  let forget: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    // A signal's reason is what the caller gets, whatever it is.
    forget = onAbort(signal, () => reject(signal.reason as Error))
  })
  try {
    signal.throwIfAborted()
    return await Promise.race([work, aborted])
  } finally {
    forget?.()
  }
}

function listen(signal: AbortSignal): Shared {
  const listeners = new Set<() => void>()
  const abort = () => {
    for (const each of [...listeners]) each()
  }
  signal.addEventListener('abort', abort)
  const shared = { listeners, abort }
  known.set(signal, shared)
  return shared
}
