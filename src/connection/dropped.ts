import { UsageError } from '../errors.js'
import { abbreviate } from './abbreviate.js'
import type { OpenStream } from './engine.js'

/** What has to be done for an iterator that nobody can step any more. */
export interface Dropped {
  readonly describe: () => string
  /** Must not hold the iterator, and neither must the others. */
  readonly close: () => Promise<void> | void | undefined
  /** Whether there is anything left to close, which a signal, a time limit or the database's end may have done. */
  readonly isOpen: () => boolean
}

const registry = new FinalizationRegistry<Dropped>(({ describe, close, isOpen }) => {
  if (!isOpen()) return
  // Nobody is left to hear of a failure.
  Promise.resolve()
    .then(close)
    .catch(() => {})
  process.emitWarning(
    `An iterator was dropped before its end, and held a connection until now: ${describe()}. ` +
      'Leave loops by break, return or a throw; close an iterator that is stepped by hand with return() or `await using`.',
    { type: 'SluiceWarning', code: 'SLUICE_DROPPED_STREAM' },
  )
})

/**
 * Closes what an iterator holds, with a warning, should the iterator become garbage before its end.
 *
 * @param key what {@link forgetDropped} is told when the iterator has ended.
 */
export function watchDropped(iterator: object, dropped: Dropped, key = iterator): void {
  registry.register(iterator, dropped, key)
}

/** The iterator has ended. */
export function forgetDropped(key: object): void {
  registry.unregister(key)
}

/** What is to be done for a stream of free-hand SQL. In a scope of its own, since it must not hold the iterator. */
export function droppedStream(
  opened: { readonly portal?: OpenStream & { readonly isClosing: boolean } },
  sql: string,
): Dropped {
  return {
    describe: () => abbreviate(sql),
    close: () => opened.portal?.abandon(new UsageError('The iterator was dropped before its end.')),
    isOpen: () => opened.portal?.isClosing !== true,
  }
}
