import { escapeIdentifier } from 'pg'
import { connectTo } from './connect.js'
import type { Server } from './server.js'

/** A run that is at work has a session in its database, but for moments. In milliseconds. */
const LEFT_AFTER = 60 * 60 * 1000

const SCRATCH = /^sluice_(?<time>[0-9a-z]{8,9})_[0-9a-f]{24}$/

/**
 * Drops the scratch databases of runs that were killed, on a server that others use as well: those that nobody has been
 * in for an hour after they were made. What cannot be dropped is left.
 */
export async function dropLeftDatabases(server: Pick<Server, 'url'>): Promise<void> {
  const client = await connectTo(server.url, 'the maintenance database')
  try {
    const { rows } = await client.query<{ name: string; now: number }>(`
      SELECT datname::text AS name, (extract(epoch FROM now()) * 1000)::float8 AS now
      FROM pg_database d
      WHERE datname LIKE 'sluice\\_%' AND pg_has_role(datdba, 'USAGE')
        AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid)`)
    for (const { name, now } of rows) {
      const time = SCRATCH.exec(name)?.groups?.['time']
      if (time === undefined || parseInt(time, 36) > now - LEFT_AFTER) continue
      await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)}`).catch(() => undefined)
    }
  } finally {
    await client.end()
  }
}

/** Drops the roles that scripts have made on a temporary server, whose databases are gone. */
export async function dropRoles(server: Pick<Server, 'url'>): Promise<void> {
  const client = await connectTo(server.url, 'the maintenance database')
  try {
    // Those that the server began with have lower numbers.
    const { rows } = await client.query<{ name: string }>(
      'SELECT rolname::text AS name FROM pg_roles WHERE oid >= 16384 AND rolname <> current_user',
    )
    for (const { name } of rows) {
      await client.query(`DROP ROLE IF EXISTS ${escapeIdentifier(name)}`).catch(() => undefined)
    }
  } finally {
    await client.end()
  }
}
