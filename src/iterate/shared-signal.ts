const listeners = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls `listener` when the signal is aborted, until what is returned is called. A signal has one listener of ours
 * however many streams share it, since Node warns of more than ten as of a leak.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  const shared = listeners.get(signal) ?? listen(signal)
  shared.add(listener)
  return () => shared.delete(listener)
}

/** Kept for as long as the signal is: it holds nothing of a stream that has ended. */
function listen(signal: AbortSignal): Set<() => void> {
  const shared = new Set<() => void>()
  const abort = () => {
    for (const each of [...shared]) each()
  }
  signal.addEventListener('abort', abort, { once: true })
  listeners.set(signal, shared)
  return shared
}
