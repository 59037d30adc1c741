import { Client } from 'pg'
import { CodegenError, messageOf } from '../errors.js'

/** How long a server may take to answer the first time, in milliseconds. */
const CONNECT_TIMEOUT = 10_000

/** The oldest server that the catalog queries are written for. */
const OLDEST_VERSION = 14

/**
 * Runs `read` inside one read-only transaction with one snapshot, where no object of the database can stand in for
 * one of pg_catalog.
 *
 * @throws {@link CodegenError} when the server cannot be reached or is too old; the password is never part of it.
 */
export async function readOnly<T>(url: string, read: (client: Client) => Promise<T>): Promise<T> {
  const client = open(url)
  // A connection lost between two queries fails the next one; without a listener it would end the process.
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (error) {
    await client.end().catch(() => undefined)
    throw new CodegenError(
      `Cannot connect to database "${client.database ?? ''}" at ${client.host}:${client.port}: ${messageOf(error)}. ` +
        'Is the server running, and are address, user and password right?',
      { cause: error },
    )
  }
  try {
    await client.query('begin transaction isolation level repeatable read, read only')
    await client.query('set local search_path to pg_catalog')
    await checkVersion(client)
    return await read(client)
  } finally {
    await client.end().catch(() => undefined)
  }
}

function open(url: string): Client {
  try {
    return new Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_TIMEOUT,
      application_name: 'sluice codegen',
    })
  } catch {
    throw new CodegenError(
      'The database URL cannot be read. It should look like postgres://user:password@host:5432/database, ' +
        'with special characters in the password percent-encoded.',
    )
  }
}

async function checkVersion(client: Client): Promise<void> {
  const { rows } = await client.query<{ version: number }>(
    `select current_setting('server_version_num')::int4 / 10000 as version`,
  )
  const version = rows[0]?.version ?? 0
  if (version < OLDEST_VERSION) {
    throw new CodegenError(
      `The server is PostgreSQL ${version}; the generator reads ${OLDEST_VERSION} and later.`,
    )
  }
}
