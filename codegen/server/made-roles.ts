import { escapeIdentifier } from 'pg'
import { messageOf } from '../errors.js'
import { connectTo } from './connect.js'
import type { Server } from './server.js'

/** A role that a script of an extension has made on a server that is not ours. */
export interface MadeRole {
  readonly oid: number
  readonly name: string
}

/** Drops them, the last made first. @returns a sentence on each that is left, with what drops it. */
export async function dropMadeRoles(
  server: Pick<Server, 'url'>,
  roles: readonly MadeRole[],
): Promise<string[]> {
  if (roles.length === 0) return []
  const left = (name: string, error: unknown): string =>
    `The role ${JSON.stringify(name)}, made by an extension, is still on the server (${messageOf(error)}): DROP ROLE ${escapeIdentifier(name)}`
  try {
    const client = await connectTo(server.url, 'the maintenance database')
    const said: string[] = []
    try {
      for (const { oid, name } of [...roles].reverse()) {
        const values = [oid, name]
        const { rows } = await client.query('SELECT FROM pg_roles WHERE oid = $1 AND rolname = $2', values)
        if (rows.length === 0) continue
        await client.query(`DROP ROLE ${escapeIdentifier(name)}`).catch((error: unknown) => {
          said.push(left(name, error))
        })
      }
    } finally {
      await client.end()
    }
    return said
  } catch (error) {
    return roles.map(({ name }) => left(name, error))
  }
}
