import { inspect } from 'node:util'
import { Kysely } from 'kysely'
import pg from 'pg'
import type { ConnectOptions } from 'sluice'
import { describe, expect, test } from 'vitest'
import { PASSWORD } from './support/secure-server.js'
import { failure, forms, type World } from './support/world.js'

/** Everything that a log may print of an error. */
function texts(error: unknown): string {
  const printed = [String(error), inspect(error, { depth: Infinity, showHidden: true })]
  for (let each = error; each instanceof Error; each = each.cause) {
    printed.push(each.message, each.stack ?? '', JSON.stringify(each, Object.getOwnPropertyNames(each)))
  }
  return printed.join('\n')
}

/** No error shows a password. */
export function secrets(world: World): void {
  const address = () => `localhost:${world.server.port}`

  const failing: [string, () => ConnectOptions, RegExp][] = [
    [
      'a wrong password',
      () => ({ connectionString: `postgres://secure:hunter2@${address()}/postgres?sslmode=no-verify` }),
      /password authentication failed/,
    ],
    [
      'a wrong password setting',
      () => ({
        connectionString: `postgres://secure@${address()}/postgres?password=hunter2&sslmode=no-verify`,
      }),
      /password authentication failed/,
    ],
    [
      'no such database',
      () => ({ connectionString: `postgres://anyone:${PASSWORD}@${address()}/nowhere` }),
      /"nowhere" does not exist/,
    ],
    [
      'a server that is not there',
      () => ({ connectionString: 'postgres://anyone:hunter2@127.0.0.1:1/postgres' }),
      /ECONNREFUSED/,
    ],
    [
      'a host that is not there',
      () => ({ connectionString: 'postgres://anyone:hunter2@nowhere.invalid/postgres' }),
      /nowhere\.invalid/,
    ],
    [
      'a port that is none',
      () => ({ connectionString: 'postgres://anyone:hunter2@localhost/postgres?port=99999' }),
      /99999/,
    ],
    [
      'an unknown sslmode',
      () => ({ connectionString: world.url('secure', { sslmode: 'quantum' }) }),
      /self-signed certificate/,
    ],
    [
      'an unknown sslnegotiation',
      () => ({ connectionString: world.url('secure', { sslnegotiation: 'quantum' }) }),
      /sslnegotiation/,
    ],
    [
      'a root certificate that is not there',
      () => ({ connectionString: world.url('secure', { sslrootcert: '/nowhere/ca.crt' }) }),
      /ENOENT.*ca\.crt/,
    ],
    [
      'a certificate that nobody trusts',
      () => ({ connectionString: world.url('secure', { sslmode: 'verify-full' }) }),
      /self-signed certificate/,
    ],
    [
      'a locked key',
      () => ({
        connectionString: world.url('certified'),
        ssl: { ...world.server.certificates.locked, passphrase: 'hunter2' },
      }),
      /Cannot connect/,
    ],
    ['a role that is refused', () => ({ connectionString: world.url('refused') }), /pg_hba\.conf/],
    [
      'a password that cannot be decoded',
      () => ({ connectionString: `postgres://secure:hunter2%ff@${address()}/postgres` }),
      /connection string cannot be read/,
    ],
  ]

  describe.each(forms)('an error of %s', (form) => {
    // One of each kind for the form that starts a worker each time: of the server, the socket, TLS, a key, a setting.
    const tried = failing.filter(
      ([what]) =>
        form !== 'iterator()' || /^(?:a wrong password|a server|an unknown|a locked|a password)\b/.test(what),
    )
    test.each(tried)('for %s says what is wrong and shows no secret', async (_, options, message) => {
      const { error } = await failure(world.session(form, options()))
      expect(error.name).toBe('QueryError')
      expect(error.message).toMatch(message)
      expect(texts(error)).not.toMatch(/hunter2|s3cr3t/)
    })

    test("for what the caller's own pool cannot read says so and shows no secret", async () => {
      const pool = new pg.Pool({ connectionString: 'postgres://user:hun/ter2@host/db' })
      const db = new Kysely<object>({ dialect: new world.sluice.SluiceDialect({ pool }) })
      const { error } = await failure(world.read(form, db))
      expect(error.message).toMatch(/^Cannot connect to the database: the connection string cannot be read\./)
      expect(texts(error)).not.toMatch(/\bhun\b|ter2/)
      await db.destroy()
    })
  })

  test('a connection that cannot be begun takes no place in the pool', async () => {
    const db = world.sluice.connect<object>({ host: 'localhost', port: 99999, max: 1 })
    for (let attempt = 0; attempt < 2; attempt++) {
      const { error } = await failure(world.read('toArray()', db))
      expect(error.message).toContain('99999')
    }
    await db.close()
  }, 10_000)

  test.each([
    'postgres://user:hunter2@host:port/db',
    'postgres://user:hun/ter2@host/db',
    'postgres://user:hun#ter2@host/db',
    'postgres://user:hun?ter2@host/db',
    'postgres://user:12/hunter2@host:5432/db',
    'postgres://user:12#hunter2@host:5432/db',
    'postgres://user:12?hunter2@host:5432/db',
    'user:hunter2@host/db',
    'hunter2',
  ])('connect() refuses %s at once, and does not repeat it', (connectionString) => {
    let thrown: unknown
    try {
      world.sluice.connect({ connectionString })
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(world.sluice.UsageError)
    expect(String(thrown)).toContain('postgres://user:password@host:5432/database')
    expect(texts(thrown)).not.toMatch(/hunter2|\bhun\b|ter2/)
  })

  test.each([
    'postgres:///db',
    'postgresql://user@/db',
    'postgres://user:pass%40word@host:5432/db?application_name=a%20b',
    'postgres://user:100%sure@host/db',
    'postgres://%2Fvar%2Frun%2Fpostgresql/db',
    'postgres://user@[::1]:5432/db',
    'postgres://user@host/db?user=someone@example.com',
    'postgres://localhost?host=/tmp&password=p@ss',
    'socket:/tmp?db=one&encoding=utf8',
    '/var/run/postgresql db',
  ])('connect() takes %j, as pg does', async (connectionString) => {
    await world.sluice.connect({ connectionString }).close()
  })
}
