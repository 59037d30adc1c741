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
