import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import type { TestProject } from 'vitest/node'
import { startServer } from '../../codegen/server/index.js'
import { logSettings } from './log-format.js'
import type { TestServer } from './test-server.js'

/** One server for the whole run. The databases made in it all carry the run's prefix, and go when the run ends. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer({
    settings: { ...logSettings, max_connections: '200' },
    notify: (message) => process.stderr.write(`${message}\n`),
  })
  const provided: TestServer = {
    url: server.url,
    prefix: `sluice_test_${randomBytes(6).toString('hex')}_`,
    ...(server.logFile !== undefined && { logFile: server.logFile }),
  }
  project.provide('server', provided)
  return async () => {
    if (server.logFile === undefined) await dropDatabases(provided)
    await server.stop()
  }
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
