import type { Socket } from 'node:net'
import type { Client, Pool, PoolClient } from 'pg'
import { asError } from '../errors.js'
import { clearTimeout, setTimeout } from '../real-timers.js'
import { ConnectionParameters } from '../settings/connection-parameters.js'
import { hostsOf, isWanted, OtherKind, withOneHost, type Host, type ServerKind } from '../settings/hosts.js'
import { ReportedSettings } from '../settings/reported-settings.js'
import { guardLogin } from './authentication.js'
import { isDatabaseError } from './database-error.js'
import { hearLastWords } from './last-words.js'
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
  _ending: boolean
}

/** A server that starts up, or cannot be connected to for now. */
const CANNOT_CONNECT_NOW = '57P03'

/**
 * Has each new client of a pool made with a time limit on connecting, which pg's pool can only set together with one on
 * waiting for a free connection, read through a {@link WireTap}, and connected to the first of its hosts that is what it
 * is to be. A limit that the pool has of its own is kept.
 *
 * @param limitMs looked at for each connection.
 * @param connecting has the clients while they are connecting.
 */
export function watchNewClients(pool: Pool, limitMs: () => number, connecting: Connecting): void {
  const maker = pool as unknown as ClientMaker
  const { Client } = maker
  maker.Client = class {
    constructor(config: object) {
      const parameters = new ConnectionParameters(config)
      const make = () => new Client(withFirstHost(config))
      const client = make()
      const attempts = new Attempts({ client, make, parameters, limitMs, isWanted: () => !pool.ending })
      connecting.add(client)
      const forget = () => void connecting.delete(client)
      client.once('connect', forget).once('end', forget)
      const connect = (callback: Connected) =>
        attempts.start((error) => {
          forget()
          callback(error)
        })
      return Object.assign(client, { connect })
    }
    // A constructor that returns an object is its class, which TypeScript does not follow.
  } as ClientMaker['Client']
}

interface AttemptsOptions {
  readonly client: PoolClient
  /** Another client of the same settings. */
  readonly make: () => PoolClient
  readonly parameters: ConnectionParameters
  readonly limitMs: () => number
  /** Whether a connection is still of use. */
  readonly isWanted: () => boolean
}

/** A client on its way to be connected to the first of its hosts that is what it is to be. */
class Attempts {
  readonly #options: AttemptsOptions
  readonly #connect: (callback: Connected) => void
  readonly #hosts: Host[]
  readonly #errors: Error[] = []
  #callback: Connected = () => {}

  /** @throws {@link UsageError} for lists of hosts and ports that do not fit each other. */
  constructor(options: AttemptsOptions) {
    const { client, parameters } = options
    this.#options = options
    const connect = client.connect.bind(client) as (callback: Connected) => void
    this.#connect = (callback) => connect(callback)
    this.#hosts = [...hostsOf(parameters)]
  }

  start(callback: Connected): void {
    this.#callback = callback
    const { client, parameters } = this.#options
    const host = this.#hosts.shift()
    try {
      if (host !== undefined) address(client, host, parameters)
      const stop = startWithin(client, this.#limitMs())
      guardLogin(client, parameters)
      this.#connect((error) => {
        stop()
        if (error) this.#failed(error)
        else if (host === undefined || host.target === 'any') callback()
        else askKind(client, (failure, kind) => this.#connected(host, failure, kind))
      })
    } catch (error) {
      // The pool would keep a place for it for ever.
      callback(asError(error))
    }
  }

  #connected({ target }: Host, failure: Error | undefined, kind?: ServerKind): void {
    if (kind !== undefined && isWanted(target, kind)) return this.#callback()
    const { host, port } = this.#options.client
    this.#failed(failure ?? new OtherKind(`${host}:${port} is not ${target} (target_session_attrs)`))
  }

  #failed(error: Error): void {
    this.#errors.push(error)
    const { client, make, isWanted } = this.#options
    // A server that refuses us means it, wherever it is.
    const isRefused = isDatabaseError(error) && error.code !== CANNOT_CONNECT_NOW
    if (this.#hosts.length > 0 && !isRefused && isWanted()) {
      // pg's client has to be through with the connection that it had.
      queueMicrotask(() => {
        renew(client, make())
        this.start(this.#callback)
      })
      return
    }
    if (!isDatabaseError(error)) client.connection?.stream.destroy()
    const messages = this.#errors.map(({ message }) => message)
    this.#callback(this.#errors.length === 1 ? error : new AggregateError(this.#errors, messages.join('; ')))
  }

  #limitMs(): number {
    const { parameters, limitMs } = this.#options
    const seconds = Number(parameters.get('connect_timeout') ?? 0)
    return Number(parameters.get('connectionTimeoutMillis') ?? 0) || seconds * 1000 || limitMs()
  }
}

/** What a server is, as far as `target_session_attrs` asks for it. */
export function askKind(
  client: Client,
  callback: (error: Error | undefined, kind?: ServerKind) => void,
): void {
  const settings = ReportedSettings.of(client.connection)
  const [standby, readOnly] = ['in_hot_standby', 'default_transaction_read_only'].map((name) =>
    settings.get(name),
  )
  const kind = (isStandby: boolean, isReadOnly: boolean) => ({
    isStandby,
    isReadOnly: isStandby || isReadOnly,
  })
  if (standby !== undefined && readOnly !== undefined)
    return callback(undefined, kind(standby === 'on', readOnly === 'on'))
  // Poolers do not report them.
  client.query<{ standby: boolean; only: string }>(ASK_KIND).then(
    ({ rows: [row] }) => callback(undefined, row && kind(row.standby, row.only === 'on')),
    (error: unknown) => callback(asError(error)),
  )
}

const ASK_KIND =
  "select pg_catalog.pg_is_in_recovery() as standby, pg_catalog.current_setting('default_transaction_read_only') as only"

/** Leads a client to a host; what that leaves open, pg has decided. */
export function address(
  client: Client,
  { host, port, address }: Host,
  parameters: ConnectionParameters,
): void {
  // pg's client and what it has read of its settings have the same names.
  const { connectionParameters } = client as { readonly connectionParameters?: object }
  for (const part of [client, connectionParameters ?? {}]) {
    if (host !== undefined) Object.assign(part, { host })
    if (port !== undefined) Object.assign(part, { port: Number(port) })
    const database = parameters.get('dbname')
    if (database !== undefined) Object.assign(part, { database })
  }
  if (address === undefined) return
  // pg's types leave open what the stream is. The name is still what TLS goes by.
  const stream = client.connection.stream as Socket
  const connect = stream.connect.bind(stream) as (port: number, host: string) => Socket
  stream.connect = () => connect(client.port, address)
}

/** Gives a client that has failed to connect the state of a new one; who listens to it stays. */
function renew(client: PoolClient, fresh: PoolClient): void {
  const { connection } = client
  connection.removeAllListeners().on('error', () => {})
  connection.stream.destroy()
  const { _events, _eventsCount, ...state } = fresh as unknown as Record<string, unknown>
  Object.assign(client, state, { readyForQuery: false })
}

/** With the first of several hosts, which pg's reading of a URL takes for a broken one. */
function withFirstHost(config: object): object {
  const { connectionString } = config as { readonly connectionString?: unknown }
  if (typeof connectionString !== 'string') return config
  // By descriptors, since pg hides the password from enumeration.
  const copy = Object.defineProperties({}, Object.getOwnPropertyDescriptors(config))
  return Object.assign(copy, { connectionString: withOneHost(connectionString) })
}

/**
 * Has a client read through a {@link WireTap} from the first byte on: with a server that is none, or that asks for a kind
 * of authentication that pg does not know, pg's parser would wait for ever, or throw where nobody catches.
 *
 * @returns what ends the limit.
 */
function startWithin(client: PoolClient, limitMs: number): () => void {
  const { connection } = client as { readonly connection?: PoolClient['connection'] }
  if (connection === undefined) return () => {}
  ReportedSettings.of(connection, true)
  // A method and a property that pg's types leave out.
  const starting = connection as object as StartingConnection
  const attachListeners = starting.attachListeners.bind(starting)
  starting.attachListeners = (stream) => {
    attachListeners(stream)
    hearLastWords(stream)
    // Who else reads the socket is told when the connection is first used.
    if (stream.listenerCount('data') === 1) WireTap.of(stream, true)
  }
  // pg leaves the socket of a login that failed on our side open, until the server tires of it.
  connection.once('error', () => connection.stream.destroy())
  const timer = setTimeout(() => {
    starting._ending = true
    connection.stream.destroy(new Error('timeout expired'))
  }, limitMs).unref()
  return () => clearTimeout(timer)
}
