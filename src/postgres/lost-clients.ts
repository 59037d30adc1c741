import type { Client, Pool } from 'pg'

const watched = new WeakSet<Client>()
const losses = new WeakMap<Client, Error>()

/**
 * Listens to each client from the moment on at which the pool hands it out and ceases to listen itself. One whose
 * session is ended while it starts may be lost in the very bytes that say it is ready, before whoever asked for it is
 * told; without a listener that would take the process down.
 */
export function watchForLosses(pool: Pool): void {
  pool.on('acquire', (client) => {
    if (watched.has(client)) return
    watched.add(client)
    client.on('error', (error) => {
      if (!losses.has(client)) losses.set(client, error)
    })
  })
}

/** By what a client was lost, if it was. */
export function lossOf(client: Client): Error | undefined {
  return losses.get(client)
}
