import { asError } from '../errors.js'
import type { Socket } from 'node:net'
import type { Pool, PoolClient } from 'pg'
import { hearLastWords } from './last-words.js'
import { ReportedSettings } from '../settings/reported-settings.js'
import { WireTap } from './wire-tap.js'

/** The clients of a pool that are connecting. */
export type Connecting = Set<PoolClient>

type Connected = (error?: Error) => void

/** What pg's pool does that its types leave out: it makes each client by this class. */
interface ClientMaker {
  Client: new (config: object) => PoolClient
}

/** What pg's connection does that its types leave out. */
interface StartingConnection {
  attachListeners(stream: Socket): void
}

/**
 * Has each new client of a pool made with a time limit on connecting, which pg's pool can only set together with one on
 * waiting for a free connection, and read through a {@link WireTap}. A limit that the pool has of its own is kept.
 *
 * @param limitMs looked at for each connection.
 * @param connecting has the clients while they are connecting.
 */
export function watchNewClients(pool: Pool, limitMs: () => number, connecting: Connecting): void {
  const maker = pool as unknown as ClientMaker
  const { Client } = maker
  maker.Client = class {
    constructor(config: object) {
      const client = new Client(withTimeLimit(config, limitMs()))
      tapFromStart(client)
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
          callback(asError(error))
        }
      }
      return Object.assign(client, { connect: connectOrTell })
    }
    // A constructor that returns an object is its class, which TypeScript does not follow.
  } as ClientMaker['Client']
}

function withTimeLimit(config: object, limitMs: number): object {
  if ('connectionTimeoutMillis' in config && Boolean(config.connectionTimeoutMillis)) return config
  // By descriptors, since pg hides the password from enumeration.
  const copy = Object.defineProperties({}, Object.getOwnPropertyDescriptors(config))
  return Object.assign(copy, { connectionTimeoutMillis: limitMs })
}

/**
 * Has a client read through a {@link WireTap} from the first byte on: with a server that is none, or that asks for a kind
 * of authentication that pg does not know, pg's parser would wait for ever, or throw where nobody catches.
 */
function tapFromStart(client: PoolClient): void {
  const { connection } = client as { readonly connection?: PoolClient['connection'] }
  if (connection === undefined) return
  ReportedSettings.of(connection, true)
  // A method that pg's types leave out.
  const starting = connection as object as StartingConnection
  const attachListeners = starting.attachListeners.bind(starting)
  starting.attachListeners = (stream) => {
    attachListeners(stream)
    hearLastWords(stream)
    // Who else reads the socket is told when the connection is first used.
    if (stream.listenerCount('data') === 1) WireTap.of(stream, true)
  }
}
