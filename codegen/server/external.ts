import { Client } from 'pg'
import { CodegenError, messageOf } from '../errors.js'

/** How long connecting may take, in milliseconds. */
const connectionTimeoutMillis = 10_000

/**
 * A connected client; the caller ends it.
 *
 * @throws CodegenError that names host and port, and never the password.
 */
export async function connectTo(url: string, source: string): Promise<Client> {
  let client: Client
  try {
    client = new Client({ connectionString: url, connectionTimeoutMillis })
  } catch {
    throw new CodegenError(
      `${source} is not a connection URL: it should look like postgres://user@host:5432/name`,
    )
  }
  // A connection that breaks rejects the query in hand; without a listener it would end the process as well.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return client
  } catch (error) {
    const place = `${client.host}:${String(client.port)}`
    throw new CodegenError(`Cannot connect to PostgreSQL at ${place} (${source}): ${messageOf(error)}`)
  }
}

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
