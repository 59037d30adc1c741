import pg, { type PoolOptions } from 'pg'
import { UsageError } from '../errors.js'
import { HONOURED_NAMES } from '../settings/connection-parameters.js'

/** The settings of pg that decide which server is connected to and how a session starts. */
const NAMES = [
  ...[
    'connectionString',
    'host',
    'port',
    'user',
    'password',
    'database',
    'ssl',
    'sslnegotiation',
    'enableChannelBinding',
    'scramMaxIterations',
  ],
  ...['application_name', 'fallback_application_name', 'options', 'client_encoding', 'keepAlive'],
  ...['statement_timeout', 'query_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'],
  'connectionTimeoutMillis',
  ...HONOURED_NAMES,
] as const

type Options = Readonly<Record<string, unknown>>

/**
 * A pool's settings as data for a worker thread.
 *
 * @throws {@link UsageError} when one of them cannot be copied to another thread, as a function cannot.
 */
export function connectionSettings(pool: PoolOptions): Record<string, unknown> {
  return copyable(pool as object as Options)
}

/**
 * What the application has made pg's defaults, as data for a worker thread.
 *
 * @throws {@link UsageError} when a default that the pool would use cannot be copied to another thread.
 */
export function connectionDefaults(pool: PoolOptions): Record<string, unknown> {
  const options = pool as object as Options
  const defaults = pg.defaults as object as Options
  const used = NAMES.filter((name) => options[name] === undefined)
  return copyable(Object.fromEntries(used.map((name) => [name, defaults[name]])))
}

function copyable(options: Options): Record<string, unknown> {
  if (typeof options['stream'] === 'function') throw cannotCross('stream')
  if (typeof options['password'] === 'function') throw passwordCannotCross()
  const settings: Record<string, unknown> = {}
  // Read by name, since pg hides the password and the key from enumeration.
  for (const name of NAMES) if (options[name] !== undefined) settings[name] = options[name]
  const { ssl } = options
  if (typeof ssl === 'object' && ssl !== null) settings['ssl'] = sslSettings(ssl as Options)
  for (const [name, value] of Object.entries(settings)) if (!isCloneable(value)) throw cannotCross(name)
  return settings
}

function sslSettings(ssl: Options): Record<string, unknown> {
  const copy: Record<string, unknown> = { ...ssl }
  if (ssl['key'] !== undefined) copy['key'] = ssl['key']
  for (const [name, value] of Object.entries(copy)) {
    // A context would arrive as an empty object.
    if (name === 'secureContext' || !isCloneable(value)) throw cannotCross(`ssl.${name}`)
  }
  return copy
}

function isCloneable(value: unknown): boolean {
  try {
    structuredClone(value)
    return true
  } catch {
    return false
  }
}

function cannotCross(setting: string): UsageError {
  return new UsageError(
    `iterator() reads on a worker thread, and the pool's "${setting}" cannot be handed to another thread. ` +
      'Use aiterator(), or give the pool settings that are plain values.',
  )
}

function passwordCannotCross(): UsageError {
  return new UsageError(
    'iterator() reads on a worker thread, and the pool\'s "password" is a function, which cannot be handed to another ' +
      'thread and cannot run while this one is blocked. Use aiterator(), or open a database for the script whose ' +
      'password is the string that the function gives.',
  )
}
