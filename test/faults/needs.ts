import { spawnSync } from 'node:child_process'
import pg from 'pg'
import type { Need } from './scenario.js'

/** What is missing of all that scenarios need. */
export async function missingNeeds(url: string): Promise<ReadonlySet<Need>> {
  const missing = new Set<Need>()
  if (findPgbouncer() === undefined) missing.add('pgbouncer')
  if ((await serverVersion(url)) < 170_000) missing.add('PostgreSQL 17')
  return missing
}

/** The program: Debian puts it where only root looks. */
export function findPgbouncer(): string | undefined {
  return ['pgbouncer', '/usr/sbin/pgbouncer', '/usr/local/sbin/pgbouncer'].find(
    (path) => spawnSync(path, ['--version']).error === undefined,
  )
}

async function serverVersion(url: string): Promise<number> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const { rows } = await client.query<{ server_version_num: string }>('show server_version_num')
    return Number(rows[0]?.server_version_num)
  } finally {
    await client.end()
  }
}
