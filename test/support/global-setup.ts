import { randomBytes } from 'node:crypto'
import { Client, escapeIdentifier, escapeLiteral } from 'pg'
import type { TestProject } from 'vitest/node'
import { startServer } from '../../codegen/server/index.js'
import { bundle, WORKER } from './bundle.js'
import { logSettings } from './log-format.js'
import type { TestServer } from './test-server.js'

/**
 * One server for the whole run, and one build of the worker. The databases made in it all carry the run's prefix, and go
 * when the run ends.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer({
    settings: { ...logSettings, max_connections: '200' },
    notify: (message) => process.stderr.write(`${message}\n`),
  })
  if (server.logFile !== undefined) await hastenLogins(server.url)
  const provided: TestServer = {
    url: server.url,
    prefix: `sluice_test_${randomBytes(6).toString('hex')}_`,
    ...(server.logFile !== undefined && { logFile: server.logFile }),
  }
  project.provide('server', provided)
  const programs = await bundle(WORKER)
  project.provide('worker', programs.path(WORKER))
  return async () => {
    if (server.logFile === undefined) await dropDatabases(provided)
    await server.stop()
    await programs[Symbol.asyncDispose]()
  }
}

/** The password is proven thousands of times, each by 4,096 rounds on both sides unless told otherwise. */
async function hastenLogins(url: string): Promise<void> {
  const client = new Client(url)
  await client.connect()
  // Versions before 16 have no such setting.
  await client.query(`SELECT set_config(name, '1', false) FROM pg_settings WHERE name = 'scram_iterations'`)
  const { user = '', password = '' } = client
  await client.query(`ALTER ROLE ${escapeIdentifier(user)} PASSWORD ${escapeLiteral(password)}`)
  await client.end()
}

async function dropDatabases({ url, prefix }: TestServer): Promise<void> {
  const client = new Client(url)
  await client.connect()
  const { rows } = await client.query<{ datname: string }>(
    'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
    [prefix],
  )
  for (const { datname } of rows) await client.query(`DROP DATABASE ${datname} WITH (FORCE)`)
  await client.end()
}
