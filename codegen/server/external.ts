import { CodegenError } from '../errors.js'
import { connectTo } from './connect.js'

/** @throws CodegenError when the server cannot be reached, or its user may not create databases. */
export async function checkExternalServer(url: string): Promise<void> {
  const client = await connectTo(url, 'DATABASE_URL')
  try {
    const { rows } = await client.query<{ name: string; allowed: boolean }>(
      'SELECT rolname AS name, rolcreatedb OR rolsuper AS allowed FROM pg_roles WHERE rolname = current_user',
    )
    const [role] = rows
    if (role?.allowed) return
    throw new CodegenError(
      `The user "${role?.name ?? ''}" of DATABASE_URL may not create databases: grant it with ` +
        `ALTER ROLE … CREATEDB, name another user, or unset DATABASE_URL to use a temporary server.`,
    )
  } finally {
    await client.end()
  }
}
