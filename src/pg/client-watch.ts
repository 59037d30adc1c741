import type { Client } from 'pg'

/** The server's transaction status: idle, in a transaction, in a failed transaction. */
export type TransactionStatus = 'I' | 'T' | 'E'

/** Whoever has a client at present, and is told what becomes of it. */
export interface ClientHolder {
  lose(reason: Error): void
  ready(status: TransactionStatus): void
}

const watches = new WeakMap<Client, ClientWatch>()

/**
 * Listens to a client of a pool, once for all who are given it. From the moment on at which the pool hands it out and
 * ceases to listen itself: one whose session is ended while it starts may be lost in the very bytes that say it is
 * ready, before whoever asked for it is told; without a listener that would take the process down.
 */
export class ClientWatch {
  holder: ClientHolder | undefined
  status: TransactionStatus = 'I'
  /** By what the client was lost, if it was. */
  lost: Error | undefined

  /** The watch of a client, begun if there is none. */
  static of(client: Client): ClientWatch {
    return watches.get(client) ?? new ClientWatch(client)
  }

  private constructor(client: Client) {
    watches.set(client, this)
    client.on('error', (error) => this.#lose(error))
    client.on('end', () => this.#lose(new Error('Connection terminated')))
    // pg-native has none, and is refused where it is to be used.
    const { connection } = client as { connection?: Client['connection'] }
    connection?.on('readyForQuery', ({ status }: { status: TransactionStatus }) => {
      this.status = status
      this.holder?.ready(status)
    })
  }

  #lose(reason: Error): void {
    this.lost ??= reason
    this.holder?.lose(reason)
  }
}
