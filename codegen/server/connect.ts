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
  // A password that is not encoded ends the host and its port, which a message would name, at its first sign.
  if (/^postgres(?:ql)?:\/\/[^/?#@]*(?:\/[^?]*|\?[^=]*|#.*)@/.test(url)) throw notUrl(source)
  let client: Client
  try {
    client = new Client({ connectionString: url, connectionTimeoutMillis })
  } catch (error) {
    const { syscall } = error as NodeJS.ErrnoException
    if (syscall === undefined) throw notUrl(source)
    // A file that the URL names, such as sslrootcert.
    throw new CodegenError(`Cannot connect to PostgreSQL (${source}): ${messageOf(error)}`)
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

/** The URL is not repeated: it may hold a password. */
function notUrl(source: string): CodegenError {
  return new CodegenError(
    `What was given to connect to PostgreSQL (${source}) is no URL: it should look like ` +
      'postgres://user:password@host:5432/name. In a password, write %23 for #, %2F for /, %3F for ? and %40 for @.',
  )
}
