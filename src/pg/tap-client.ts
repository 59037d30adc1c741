import type { Socket } from 'node:net'
import type { Client } from 'pg'
import { hearLastWords } from './last-words.js'
import { WireTap } from './wire-tap.js'

/** What pg's connection does that its types leave out. */
interface StartingConnection {
  attachListeners(stream: Socket): void
}

/**
 * Has a client that is not connected yet read through a {@link WireTap} from the first byte on: with a server that is
 * none, or that asks for a kind of authentication that pg does not know, pg's parser would wait for ever, or throw where
 * nobody catches.
 */
export function tapClient(client: Client): void {
  const { connection } = client as { readonly connection?: object }
  if (connection === undefined) return
  const starting = connection as StartingConnection
  const attachListeners = starting.attachListeners.bind(starting)
  starting.attachListeners = (stream) => {
    attachListeners(stream)
    hearLastWords(stream)
    // Who else reads the socket is told when the connection is first used.
    if (stream.listenerCount('data') === 1) WireTap.of(stream, true)
  }
}
