/** What has to be done for an iterator that nobody can step any more. */
interface Dropped {
  readonly describe: () => string
  readonly close: () => Promise<void> | void | undefined
}

const registry = new FinalizationRegistry<Dropped>(({ describe, close }) => {
  process.emitWarning(
    `An iterator was dropped before its end, and held a connection until now: ${describe()}. ` +
      'Leave loops by break, return or a throw; close an iterator that is stepped by hand with return() or `await using`.',
    { type: 'SluiceWarning', code: 'SLUICE_DROPPED_STREAM' },
  )
  // Nobody is left to hear of a failure.
  Promise.resolve()
    .then(close)
    .catch(() => {})
})

/**
 * Closes what an iterator holds, with a warning, should the iterator become garbage before its end.
 *
 * @param close must not hold the iterator.
 * @param key what {@link forgetDropped} is told when the iterator has ended.
 */
export function watchDropped(
  iterator: object,
  describe: Dropped['describe'],
  close: Dropped['close'],
  key = iterator,
): void {
  registry.register(iterator, { describe, close }, key)
}

/** The iterator has ended. */
export function forgetDropped(key: object): void {
  registry.unregister(key)
}
