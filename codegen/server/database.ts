import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { escapeIdentifier, type Client } from 'pg'
import { CodegenError, messageOf } from '../errors.js'
import { connectTo } from './connect.js'
import type { Server } from './server.js'

export interface DatabaseOptions {
  /** Copied as it is. Default: an empty UTF-8 database. */
  readonly template?: string
  /** Default: a name that nobody can guess. */
  readonly name?: string
}

export interface ScratchDatabase {
  readonly url: string
  readonly name: string
  /** Drops it, ending whatever is still connected to it. */
  drop(): Promise<void>
}

/**
 * Creates a database on the server.
 *
 * @throws CodegenError when it cannot be created.
 */
export async function createDatabase(
  server: Pick<Server, 'url'>,
  options: DatabaseOptions = {},
): Promise<ScratchDatabase> {
  const name = options.name ?? scratchName()
  await maintain(server, `create the database "${name}"`, async (client) => {
    const from =
      options.template === undefined ? await emptyTemplate(client) : escapeIdentifier(options.template)
    await whileTemplateIsBusy(() =>
      client.query(`CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE ${from}`),
    )
  })
  return {
    url: databaseUrl(server, name),
    name,
    drop: () =>
      maintain(server, `drop the database "${name}"`, async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`)
      }),
  }
}

/** Says when it was made, so that one that was left can be told. */
function scratchName(): string {
  return `sluice_${Date.now().toString(36)}_${randomBytes(12).toString('hex')}`
}

/** The URL of another database on the same server. */
export function databaseUrl(server: Pick<Server, 'url'>, name: string): string {
  const url = new URL(server.url)
  url.pathname = `/${encodeURIComponent(name)}`
  url.searchParams.delete('dbname')
  return url.href
}

async function maintain(
  server: Pick<Server, 'url'>,
  what: string,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  const client = await connectTo(server.url, 'the maintenance database')
  try {
    await work(client)
  } catch (error) {
    throw new CodegenError(`Could not ${what}: ${messageOf(error)}`)
  } finally {
    await client.end()
  }
}

/** A server whose own encoding is another can hold UTF-8 databases, but then not under its own locale. */
async function emptyTemplate(client: Client): Promise<string> {
  const { rows } = await client.query<{ encoding: string }>(
    "SELECT pg_encoding_to_char(encoding) AS encoding FROM pg_database WHERE datname = 'template0'",
  )
  const locale = rows[0]?.encoding === 'UTF8' ? '' : " LC_COLLATE 'C' LC_CTYPE 'C'"
  return `template0 ENCODING 'UTF8'${locale}`
}

/** object_in_use: a session that has just said goodbye counts as connected to the template for a moment. */
async function whileTemplateIsBusy(create: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await create()
      return
    } catch (error) {
      if ((error as { code?: string }).code !== '55006' || attempt === 5) throw error
      await sleep(100 * attempt)
    }
  }
}
