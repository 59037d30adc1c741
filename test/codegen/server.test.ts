import { Client } from 'pg'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createDatabase, startServer } from '../../codegen/server/index.js'
import { createTestDatabase } from '../support/database.js'
import { until } from '../support/owned-server.js'
import { testServer } from '../support/test-server.js'

afterEach(() => {
  vi.unstubAllEnvs()
})

async function query<T>(url: string, sql: string): Promise<T[]> {
  const client = new Client(url)
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<T & Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

describe('a temporary server', () => {
  it('holds Unicode text, whatever the environment says, and asks for its password', async () => {
    vi.stubEnv('DATABASE_URL', '')
    vi.stubEnv('LC_ALL', 'POSIX')
    vi.stubEnv('TZ', 'Asia/Tokyo')
    vi.stubEnv('PGOPTIONS', '-c datestyle=german')
    vi.stubEnv('PGCLIENTENCODING', 'LATIN1')
    const server = await startServer({ settings: { max_connections: '17' } })
    vi.unstubAllEnvs()
    try {
      const database = await createDatabase(server)
      const [row] = await query(
        database.url,
        `SELECT upper('äß€') AS upper, current_setting('server_encoding') AS encoding,
          current_setting('TimeZone') AS zone, current_setting('DateStyle') AS style,
          current_setting('max_connections') AS connections, current_setting('listen_addresses') AS addresses,
          current_setting('unix_socket_directories') AS sockets`,
      )
      expect(row).toEqual({
        upper: 'Äß€',
        encoding: 'UTF8',
        zone: 'UTC',
        style: 'ISO, MDY',
        connections: '17',
        addresses: '127.0.0.1',
        sockets: '',
      })
      const url = new URL(server.url)
      url.password = 'wrong'
      await expect(query(url.href, 'SELECT 1')).rejects.toThrow('password authentication failed')
    } finally {
      await server.stop()
    }
    await expect(query(server.url, 'SELECT 1')).rejects.toThrow()
  })

  it('that does not start says why, in the words of its log', async () => {
    vi.stubEnv('DATABASE_URL', '')
    const settings = { shared_preload_libraries: 'no_such_library' }
    await expect(startServer({ settings })).rejects.toThrow(/did not start[^]*no_such_library/)
  })

  it('refuses a setting that would be something else in the configuration file', async () => {
    vi.stubEnv('DATABASE_URL', '')
    await expect(startServer({ settings: { "x = 1\ny'": '2' } })).rejects.toThrow(/not the name of a server/)
  })
})

describe('the server of DATABASE_URL', () => {
  it('is used as it is, and left running', async () => {
    vi.stubEnv('DATABASE_URL', testServer.url)
    const server = await startServer()
    expect(server).toMatchObject({ url: testServer.url, logFile: undefined })
    await server.stop()
    expect(await query(testServer.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  it('is named by host and port when it does not answer, without the password', async () => {
    vi.stubEnv('DATABASE_URL', 'postgres://someone:hunter2@127.0.0.1:1/x')
    const error: unknown = await startServer().catch((thrown: unknown) => thrown)
    expect(String(error)).toContain('127.0.0.1:1')
    expect(String(error)).toContain('DATABASE_URL')
    expect(String(error)).not.toContain('hunter2')
  })

  it('that is no URL is refused without repeating it', async () => {
    vi.stubEnv('DATABASE_URL', 'postgres://a b:hunter2@[x/')
    const error: unknown = await startServer().catch((thrown: unknown) => thrown)
    expect(String(error)).toContain('DATABASE_URL')
    expect(String(error)).not.toContain('hunter2')
  })

  it('is refused when its user may not create databases', async () => {
    const role = `${testServer.prefix}guest`
    await query(testServer.url, `CREATE ROLE ${role} LOGIN PASSWORD 'guest'`)
    try {
      const url = new URL(testServer.url)
      url.username = role
      url.password = 'guest'
      vi.stubEnv('DATABASE_URL', url.href)
      await expect(startServer()).rejects.toThrow(`"${role}" of DATABASE_URL may not create databases`)
    } finally {
      await query(testServer.url, `DROP ROLE ${role}`)
    }
  })
})

describe('a scratch database', () => {
  it('is a copy of its template', async () => {
    await using original = await createTestDatabase()
    await query(original.url, 'CREATE TABLE thing AS SELECT 7 AS size')
    const copy = await createDatabase(testServer, {
      template: original.name,
      name: `${original.name} "copy"`,
    })
    try {
      expect(await query(copy.url, 'SELECT size, current_database() AS name FROM thing')).toEqual([
        { size: 7, name: `${original.name} "copy"` },
      ])
    } finally {
      await copy.drop()
    }
  })

  it('goes although someone is connected to it', async () => {
    const database = await createTestDatabase()
    const client = new Client(database.url)
    let ended = false
    client.on('error', () => undefined)
    client.on('end', () => (ended = true))
    await client.connect()
    await database.drop()
    await until(() => ended)
    await expect(query(database.url, 'SELECT 1')).rejects.toThrow('does not exist')
  })

  it('that exists already is not replaced', async () => {
    await using database = await createTestDatabase()
    await expect(createDatabase(testServer, { name: database.name })).rejects.toThrow(
      `Could not create the database "${database.name}"`,
    )
  })
})
