import { Client } from 'pg'

/** As in "PostgreSQL 18.4". */
export async function serverVersion(url: string): Promise<string> {
  const client = new Client(url)
  await client.connect()
  try {
    const { rows } = await client.query<{ server_version: string }>('show server_version')
    return `PostgreSQL ${rows[0]?.server_version ?? ''}`
  } finally {
    await client.end()
  }
}
