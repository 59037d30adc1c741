import type { Client, Pool, PoolClient } from 'pg'
import { tapClient } from './tap-client.js'

/** The clients of a pool that are connecting. */
export type Connecting = Set<PoolClient>

type Connected = (error?: Error) => void

/** What pg's pool does that its types leave out: it makes each client by this class. */
interface ClientMaker {
  Client: new (config: object) => Client
}

/**
 * Gives each new connection of a pool a time limit, which pg's pool can only set together with one on waiting for a
 * free connection. A limit that the pool has of its own is kept.
 *
 * @param limitMs looked at for each connection.
 * @param connecting has the clients while they are connecting.
 */
export function limitConnecting(pool: Pool, limitMs: () => number, connecting: Connecting): void {
  const maker = pool as unknown as ClientMaker
  const { Client } = maker
  maker.Client = class {
    constructor(config: object) {
      const client = new Client(withTimeLimit(config, limitMs())) as PoolClient
      tapClient(client)
      connecting.add(client)
      const forget = () => void connecting.delete(client)
      client.once('connect', forget).once('end', forget)
      // pg leaves the socket of a login that failed on our side open, until the server tires of it.
      client.connection?.once('error', () => client.connection.stream.destroy())
      const connect = client.connect.bind(client) as (callback: Connected) => void
      const connectOrTell = (callback: Connected): void => {
        try {
          connect(callback)
        } catch (error) {
          // The pool would keep a place for it for ever.
          forget()
          callback(error as Error)
        }
      }
      return Object.assign(client, { connect: connectOrTell })
    }
  } as ClientMaker['Client']
}

function withTimeLimit(config: object, limitMs: number): object {
  if ('connectionTimeoutMillis' in config && Boolean(config.connectionTimeoutMillis)) return config
  // By descriptors, since pg hides the password from enumeration.
  const copy = Object.defineProperties({}, Object.getOwnPropertyDescriptors(config))
  return Object.assign(copy, { connectionTimeoutMillis: limitMs })
}
