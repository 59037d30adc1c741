import { UsageError } from '../errors.js'
import { abbreviate } from './abbreviate.js'
import type { Dropped } from './dropped.js'
import type { OpenStream } from './engine.js'

interface ClosingStream extends OpenStream {
  readonly isClosing: boolean
}

/** What is to be done for a stream of free-hand SQL. In a scope of its own, since it must not hold the iterator. */
export function droppedStream(opened: { readonly portal?: ClosingStream }, sql: string): Dropped {
  return {
    describe: () => abbreviate(sql),
    close: () => opened.portal?.abandon(new UsageError('The iterator was dropped before its end.')),
    isOpen: () => opened.portal?.isClosing !== true,
  }
}
