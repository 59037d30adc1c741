import type { DatabaseConnection } from 'kysely'
import type { Client } from 'pg'
import { UsageError } from '../errors.js'
import type { SluiceConnection } from '../kysely/connection.js'
import type { WorkerSession } from '../connection/worker-session.js'
import { setConfig } from '../session-settings.js'

type SetUp = (client: Client) => unknown

/** What sets up each new connection of the worker, if anything does. */
export function sessionSetUp(
  session: WorkerSession = {},
): ((connection: DatabaseConnection) => Promise<void>) | undefined {
  const { settings, statements = [], module } = session
  if (settings === undefined && statements.length === 0 && module === undefined) return undefined
  let loaded: Promise<SetUp> | undefined
  return async (given) => {
    // Our driver's own.
    const connection = given as SluiceConnection
    if (settings !== undefined) await connection.executeQuery(setConfig(settings, false))
    for (const statement of statements) await connection.executeQuery({ sql: statement, parameters: [] })
    if (module === undefined) return
    const setUp = await (loaded ??= load(String(module)))
    await setUp(connection.connection.session.client)
  }
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
