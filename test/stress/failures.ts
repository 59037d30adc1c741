import { isDatabaseError } from '../../src/pg/database-error.js'

/** Thrown by a loop's body on purpose. */
export const LEFT = new Error('left')
/** The reason of a signal. */
export const ABORTED = new Error('aborted')

/** A promise that was broken, and by which stream. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise'
}

export function promise(isKept: boolean, what: string, cause?: unknown): asserts isKept {
  if (!isKept) throw new BrokenPromise(what, cause === undefined ? {} : { cause })
}

/** What an error was, in a word: `left`, `aborted`, `lost`, an SQLSTATE, or `other` for what nothing calls for. */
export function kindOf(error: unknown): string {
  if (error === LEFT) return 'left'
  if (error === ABORTED) return 'aborted'
  let kind = 'other'
  for (let each = error; each instanceof Error; each = each.cause) {
    if (isDatabaseError(each)) {
      // What failed first is behind what only met a transaction that had failed.
      if (each.code !== '25P02') kind = each.code?.startsWith('57P0') ? 'lost' : (each.code ?? 'other')
    } else if ((each as { code?: string }).code === 'CONNECTION_ERROR') {
      kind = 'lost'
    }
  }
  return kind
}
