/** Our own frames are many where filters are nested or batches are written in a transaction, and the caller's come after them. */
const FRAMES = 100

/**
 * The stack of an error, where it is text: an application's own `Error.prepareStackTrace`, by which it is made when it is
 * first looked at, may give anything, and may throw.
 */
export function stackOf(error: { readonly stack?: unknown }): string | undefined {
  try {
    return typeof error.stack === 'string' ? error.stack : undefined
  } catch {
    return undefined
  }
}

/** Gives an object the stack of here, from the caller of `above` on; one that takes none stays as it is. */
export function captureStack(object: object, above?: abstract new (...parameters: never) => unknown): void {
  try {
    Error.captureStackTrace(object, above)
  } catch {
    // A frozen error, or a runtime that has taken the function away.
  }
}

/** Makes an error with enough frames in its stack to reach the caller's, unless the limit is not to be changed. */
export function withCaller<E>(make: () => E): E {
  const held = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')
  const limit: unknown = held?.value
  if (held?.writable !== true || typeof limit !== 'number' || !(limit < FRAMES)) return make()
  Error.stackTraceLimit = FRAMES
  try {
    return make()
  } finally {
    Error.stackTraceLimit = limit
  }
}
