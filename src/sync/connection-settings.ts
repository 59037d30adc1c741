import type { PoolOptions } from 'pg'
import { UsageError } from '../errors.js'

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
  ],
  ...['application_name', 'fallback_application_name', 'options', 'client_encoding', 'keepAlive'],
  ...['statement_timeout', 'query_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'],
  'connectionTimeoutMillis',
] as const

/**
 * A pool's settings as data for a worker thread.
 *
 * @throws {@link UsageError} when one of them is a function, which cannot cross to another thread.
 */
export function connectionSettings(pool: PoolOptions): Record<string, unknown> {
  const options = pool as object as Readonly<Record<string, unknown>>
  for (const name of ['password', 'stream', 'Client']) {
    if (typeof options[name] === 'function') throw cannotCross(name)
  }
  const settings: Record<string, unknown> = {}
  // Read by name, since pg hides the password and the key from enumeration.
  for (const name of NAMES) if (options[name] !== undefined) settings[name] = options[name]
  const { ssl } = options
  if (typeof ssl === 'object' && ssl !== null) settings['ssl'] = sslSettings(ssl as Record<string, unknown>)
  return settings
}

function sslSettings(ssl: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const copy: Record<string, unknown> = { ...ssl }
  if (ssl['key'] !== undefined) copy['key'] = ssl['key']
  for (const [name, value] of Object.entries(copy)) {
    if (typeof value === 'function' || name === 'secureContext') throw cannotCross(`ssl.${name}`)
  }
  return copy
}

function cannotCross(setting: string): UsageError {
  return new UsageError(
    `iterator() reads on a worker thread, and the pool's "${setting}" cannot be handed to another thread. ` +
      'Use aiterator(), or give the pool settings that are plain values.',
  )
}
