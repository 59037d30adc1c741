import pg from 'pg'
import type { Engine } from '../connection/engine.js'
import { withOneHost } from '../settings/hosts.js'
import type { TracedServer } from './query-trace.js'

const servers = new WeakMap<Engine, TracedServer>()
const UNKNOWN: TracedServer = Object.freeze({})

/** The server that a pool's settings name first; nothing of one that is not made yet. */
export function serverOf(engine: Engine): TracedServer {
  const known = servers.get(engine)
  if (known !== undefined) return known
  if (engine.openedPool === undefined) return UNKNOWN
  const server = named(engine.openedPool.options)
  servers.set(engine, server)
  return server
}

/** A client that connects to nothing knows what settings, connection string and environment come to. */
function named({ connectionString, database, host, port }: pg.PoolOptions): TracedServer {
  try {
    const text = connectionString && { connectionString: withOneHost(connectionString) }
    const client = new pg.Client({
      ...text,
      ...(database && { database }),
      ...(host && { host }),
      ...(port && { port }),
    })
    return Object.freeze({ database: client.database, host: client.host, port: client.port })
  } catch {
    return UNKNOWN
  }
}
