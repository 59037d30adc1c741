import type { Client } from 'pg'
import type { Connection } from '../connection/connection.js'
import { queryLimit } from '../connection/pipeline.js'
import type { WorkerSession } from '../connection/worker-session.js'
import { UsageError } from '../errors.js'
import { queryMessages, simpleQuery } from '../pg/protocol.js'
import { NO_ROWS } from '../rows/row-sink.js'
import { setConfig } from '../session-settings.js'

type SetUp = (client: Client) => unknown

/** What sets up each new connection of the worker, if anything does. */
export function sessionSetUp(
  session: WorkerSession = {},
): ((connection: Connection) => Promise<void>) | undefined {
  const { settings, statements = [], module } = session
  if (settings === undefined && statements.length === 0 && module === undefined) return undefined
  let loaded: Promise<SetUp> | undefined
  return async (connection) => {
    if (settings !== undefined) {
      const { sql, parameters } = setConfig(settings, false)
      await run(connection, sql, queryMessages(sql, parameters, []))
    }
    for (const sql of statements) await run(connection, sql, [simpleQuery(sql)])
    if (module === undefined) return
    const setUp = await (loaded ??= load(String(module)))
    await setUp(connection.session.client)
  }
}

async function run(connection: Connection, sql: string, messages: Buffer[]): Promise<void> {
  const limit = queryLimit(connection.engine.limits.queryTimeoutMs, sql)
  await connection.roundTrip({ owner: messages, sql, messages: () => messages, sink: NO_ROWS, limit })
}

async function load(module: string): Promise<SetUp> {
  // What a module exports is checked below; bundlers leave it alone.
  const { default: setUp } = (await import(/* webpackIgnore: true */ /* @vite-ignore */ module)) as {
    readonly default?: unknown
  }
  if (typeof setUp === 'function') return setUp as SetUp
  throw new UsageError(
    `The module of workerSession has no function as its default export: ${module}. Write export default async (client) => …`,
  )
}
