import type { Client } from 'pg'
import { CodegenError, messageOf } from '../errors.js'
import { connectTo } from '../server/connect.js'

/** The oldest server that the catalog queries are written for. */
const OLDEST_VERSION = 14

/**
 * For this transaction: limits in time of a role or a database are meant for what else it does, and without statistics the
 * planner takes small queries for large ones, which are compiled in more time than they run. `transaction_timeout` is of
 * PostgreSQL 17. What else a role or a database may set is how names and values are printed, in the expressions of defaults
 * and checks too.
 */
const SETTINGS = `
  select set_config(name, value, true)
  from (values
    ('statement_timeout', '0'), ('lock_timeout', '0'), ('idle_in_transaction_session_timeout', '0'),
    ('transaction_timeout', '0'), ('jit', 'off'),
    ('quote_all_identifiers', 'off'), ('standard_conforming_strings', 'on'), ('bytea_output', 'hex'),
    ('datestyle', 'ISO, MDY'), ('intervalstyle', 'postgres'), ('timezone', 'UTC'), ('extra_float_digits', '1'),
    ('lc_monetary', 'C')
  ) as setting (name, value)
  where current_setting(name, true) is not null
`

/**
 * Runs `read` inside one read-only transaction with one snapshot, where no object of the database can stand in for
 * one of pg_catalog.
 *
 * @throws {@link CodegenError} when the server cannot be reached or is too old; the password is never part of it.
 */
export async function readOnly<T>(url: string, read: (client: Client) => Promise<T>): Promise<T> {
  const client = await connectTo(url, 'to read its schema')
  try {
    await client.query('begin transaction isolation level repeatable read, read only')
    await client.query('set local search_path to pg_catalog')
    await client.query(SETTINGS)
    await checkVersion(client)
    return await read(client)
  } catch (error) {
    if (error instanceof CodegenError) throw error
    const place = `database "${client.database ?? ''}" at ${client.host}:${client.port}`
    throw new CodegenError(`Could not read the schema of ${place}: ${messageOf(error)}`, { cause: error })
  } finally {
    await client.end().catch(() => undefined)
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
