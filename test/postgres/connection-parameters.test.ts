import { Kysely, sql } from 'kysely'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { connect, SluiceDialect, UsageError, type ConnectOptions } from 'sluice'
import { repositories, type DB } from '../../generated/index.js'
import { openShop, type Shop } from '../support/shop.js'
import { startProxy, type Proxy, type Relay } from './support/proxy.js'

let shop: Shop
let primary: Proxy
let standby: Proxy
let pooler: Proxy
beforeAll(async () => {
  shop = await openShop({ users: 1 })
  const { url } = shop.database
  ;[primary, standby, pooler] = await Promise.all([startProxy(url), startProxy(url), startProxy(url)])
  standby.relay = reporting('in_hot_standby', 'on')
  pooler.relay = reporting('in_hot_standby', undefined)
})
afterAll(async () => {
  for (const proxy of [primary, standby, pooler]) await proxy[Symbol.asyncDispose]()
  await shop[Symbol.asyncDispose]()
})
afterEach(() => void vi.unstubAllEnvs())

/** Has a server report another value of a setting, or none. */
function reporting(name: string, value: string | undefined): Relay {
  return (bytes, to) => {
    const text = bytes.toString('latin1')
    const said = new RegExp(`S[^]{4}${name}\0[a-z]+\0`).exec(text)
    if (said === null) return void to.write(bytes)
    const body = Buffer.from(`${name}\0${value}\0`)
    const header = Buffer.from('S\0\0\0\0')
    header.writeInt32BE(4 + body.length, 1)
    const between = value === undefined ? [] : [header, body]
    const after = bytes.subarray(said.index + said[0].length)
    to.write(Buffer.concat([bytes.subarray(0, said.index), ...between, after]))
  }
}

const portOf = ({ url }: { readonly url: string }): string => new URL(url).port

/** A connection string of hosts, and parameters. */
function stringOf(hosts: string, parameters: Record<string, string> = {}): string {
  const { username, password, pathname } = new URL(shop.database.url)
  return `postgres://${username}:${password}@${hosts}${pathname}?${new URLSearchParams(parameters).toString()}`
}

const hostsOf = (...servers: (Proxy | 'dead')[]): string =>
  servers.map((server) => `127.0.0.1:${server === 'dead' ? 9 : portOf(server)}`).join(',')

/** Which server was connected to. */
async function reached(options: ConnectOptions): Promise<string | undefined> {
  const counts = () => [primary, standby, pooler].map(({ clients }) => clients.size)
  const db = connect<DB>(options)
  try {
    expect(await repositories(db).users.count()).toBe(1)
    return ['primary', 'standby', 'pooler'].filter((_, index) => counts()[index] === 1).join()
  } finally {
    await db.close()
    await vi.waitFor(() => expect(counts()).toEqual([0, 0, 0]))
  }
}

async function refusal(options: object): Promise<string> {
  const opened = vi.spyOn(pg.Client.prototype, 'connect')
  try {
    // Refused before anything is connected to, by connect() and for a pool of one's own.
    expect(() => connect(options)).toThrow(UsageError)
    expect(() => new SluiceDialect({ pool: new pg.Pool(options) })).toThrow(UsageError)
    const late = new Kysely<object>({
      dialect: new SluiceDialect({ pool: () => Promise.resolve(new pg.Pool(options)) }),
    })
    await expect(sql`select 1`.execute(late)).rejects.toThrow(/connection parameter/)
    expect(opened).not.toHaveBeenCalled()
    connect(options)
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  } finally {
    opened.mockRestore()
  }
  return ''
}

describe('hosts', () => {
  test('are asked in turn, until one can be connected to', async () => {
    expect(await reached({ connectionString: stringOf(hostsOf('dead', primary, standby)) })).toBe('primary')
    expect(await reached({ connectionString: stringOf(hostsOf(standby, primary)) })).toBe('standby')
  })

  test('come from the parameters of the string, from settings or from the environment as well', async () => {
    const ports = `9,${portOf(primary)}`
    const { username: user, password, pathname } = new URL(shop.database.url)
    const settings = { user, password, database: pathname.slice(1) }
    expect(
      await reached({ connectionString: stringOf('', { host: 'localhost,127.0.0.1', port: ports }) }),
    ).toBe('primary')
    expect(await reached({ ...settings, host: '127.0.0.1,localhost', port: ports as never })).toBe('primary')
    vi.stubEnv('PGHOST', '127.0.0.1,127.0.0.1')
    vi.stubEnv('PGPORT', ports)
    expect(await reached(settings)).toBe('primary')
  })

  test('that all fail are all named', async () => {
    const db = connect({ connectionString: stringOf('127.0.0.1:9,127.0.0.1:10,[::1]:9') })
    await expect(sql`select 1`.execute(db)).rejects.toThrow(/127\.0\.0\.1:9.*127\.0\.0\.1:10.*::1/)
    await db.close()
  })

  test('are not asked any more by a login that one has refused', async () => {
    const connectionString = stringOf(hostsOf(primary, standby)).replace(/:[^:@]+@/, ':wrong@')
    const db = connect({ connectionString })
    const before = standby.clients.size
    const error: Error = await sql`select 1`.execute(db).then(
      () => new Error('connected'),
      (e: Error) => e,
    )
    if (error.message !== 'connected') expect(error.message).toContain('password authentication failed')
    expect(standby.clients.size).toBe(before)
    await db.close()
  })

  test('that do not answer are left after connect_timeout', async () => {
    primary.newcomers = 'ignored'
    const started = performance.now()
    const connectionString = stringOf(hostsOf(primary, standby), { connect_timeout: '1' })
    const db = connect<DB>({ connectionString })
    expect(await repositories(db).users.count()).toBe(1)
    expect(performance.now() - started).toBeGreaterThan(900)
    primary.newcomers = 'served'
    await db.close()
  })

  test('are in another order by load_balance_hosts=random', async () => {
    const connectionString = stringOf(hostsOf(primary, standby), { load_balance_hosts: 'random' })
    const db = connect<DB>({ connectionString, max: 24 })
    const { users } = repositories(db)
    await Promise.all(
      Array.from({ length: 24 }, () =>
        users
          .filter((eb) => eb.fn<boolean>('pg_sleep', [eb.lit(0.2)]))
          .count()
          .catch(() => 0),
      ),
    )
    expect(primary.clients.size).toBeGreaterThan(0)
    expect(standby.clients.size).toBeGreaterThan(0)
    await db.close()
    await vi.waitFor(() => expect(primary.clients.size + standby.clients.size).toBe(0))
  })

  test('keep what the pool is: its clients can be used, lost and replaced', async () => {
    const pool = new pg.Pool({ connectionString: stringOf(hostsOf('dead', primary)), max: 1 })
    const db = new Kysely<DB>({ dialect: new SluiceDialect({ pool, values: 'sluice' }) })
    expect(await repositories(db).users.count()).toBe(1)
    for (const client of primary.clients) client.destroy()
    await vi.waitFor(() => expect(pool.totalCount).toBe(0))
    expect(await repositories(db).users.count()).toBe(1)
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    const slow = repositories(db).users.aiterator({ signal: AbortSignal.timeout(100) })
    for await (const _ of slow) break
    expect(pool.totalCount).toBe(1)
    await db.destroy()
  })
})

describe('target_session_attrs', () => {
  test.each([
    ['any', 'standby'],
    ['read-write', 'primary'],
    ['primary', 'primary'],
    ['read-only', 'standby'],
    ['standby', 'standby'],
    ['prefer-standby', 'standby'],
  ])('%s leads to the %s', async (target_session_attrs, expected) => {
    const hosts = hostsOf('dead', standby, primary)
    expect(await reached({ connectionString: stringOf(hosts, { target_session_attrs }) })).toBe(expected)
    const settings = {
      connectionString: stringOf(hosts),
      target_session_attrs: target_session_attrs as 'any',
    }
    expect(await reached(settings)).toBe(expected)
    vi.stubEnv('PGTARGETSESSIONATTRS', target_session_attrs)
    expect(await reached({ connectionString: stringOf(hosts) })).toBe(expected)
  })

  test('is asked of a server that does not report it', async () => {
    const connectionString = stringOf(hostsOf(standby, pooler), { target_session_attrs: 'primary' })
    expect(await reached({ connectionString })).toBe('pooler')
  })

  test('prefer-standby takes another where there is none', async () => {
    const connectionString = stringOf(hostsOf('dead', primary), { target_session_attrs: 'prefer-standby' })
    expect(await reached({ connectionString })).toBe('primary')
  })

  test('of one host that is another kind fails, and says so', async () => {
    const connectionString = stringOf(hostsOf(standby), { target_session_attrs: 'read-write' })
    const db = connect({ connectionString })
    await expect(sql`select 1`.execute(db)).rejects.toThrow(
      `127.0.0.1:${portOf(standby)} is not read-write (target_session_attrs)`,
    )
    await db.close()
    await vi.waitFor(() => expect(standby.clients.size).toBe(0))
  })

  test('read-write is not one whose transactions are read-only by default', async () => {
    const parameters = { target_session_attrs: 'read-write', options: '-c default_transaction_read_only=on' }
    const db = connect({ connectionString: stringOf(hostsOf(primary), parameters) })
    await expect(sql`select 1`.execute(db)).rejects.toThrow('is not read-write')
    await db.close()
  })
})

test('hostaddr is the address of a name, and dbname the database', async () => {
  const { pathname } = new URL(shop.database.url)
  const named = stringOf(`no-such-host.invalid:${portOf(primary)}`, {
    hostaddr: '127.0.0.1',
    dbname: pathname.slice(1),
  })
  expect(await reached({ connectionString: named.replace(`${pathname}?`, '/no_such_database?') })).toBe(
    'primary',
  )
})

test('iterator() connects in the same way', async () => {
  const { host } = new URL(shop.database.url)
  const rowsFrom = async (options: ConnectOptions): Promise<number> => {
    const db = connect<DB>(options)
    try {
      return [...repositories(db).users.iterator()].length
    } finally {
      await db.close()
    }
  }
  const connectionString = stringOf(`127.0.0.1:9,${host}`)
  expect(await rowsFrom({ connectionString, target_session_attrs: 'primary' })).toBe(1)
  await expect(rowsFrom({ connectionString, target_session_attrs: 'standby' })).rejects.toThrow(
    /127\.0\.0\.1:9.* is not standby/,
  )
  expect(
    await rowsFrom({
      connectionString: stringOf(host.replace(/.*:/, 'no-such-host.invalid:')),
      hostaddr: '127.0.0.1',
    }),
  ).toBe(1)
  await expect(rowsFrom({ connectionString, require_auth: 'none' })).rejects.toThrow('against require_auth')
})

describe('what cannot be honoured', () => {
  test.each([
    ['tcp_user_timeout', '5000', 'time limits'],
    ['sslcrl', '/etc/hush.crl', 'ssl: { crl }'],
    ['gssencmode', 'require', 'GSSAPI'],
    ['requirepeer', 'hush', 'peer|socket'],
    ['sslpassword', 'hush', 'ssl: { passphrase }'],
    ['ssl_min_protocol_version', 'TLSv1.3', 'minVersion'],
    ['service', 'hush', 'service file'],
    ['keepalives', '0', 'keep-alive'],
    ['min_protocol_version', '3.2', 'version 3.0'],
    ['oauth_client_secret', 'hush', 'OAuth'],
    ['target_session_attrs', 'hush', 'is one of any'],
    ['load_balance_hosts', 'hush', 'is one of disable, random'],
    ['channel_binding', 'hush', 'is one of'],
    ['require_auth', 'scram-sha-256,!hush', 'is a list of'],
    ['connect_timeout', 'hush', 'seconds'],
    ['hostaddr', '127.0.0.1,127.0.0.2', 'has 2 values for 1 host'],
  ])('%s is refused by name, without its value, and with what to do', async (name, value, advice) => {
    const ofString = await refusal({ connectionString: stringOf('localhost', { [name]: value }) })
    const ofSettings = await refusal({ host: 'localhost', [name]: value })
    for (const message of [ofString, ofSettings]) {
      expect(message).toContain(`The connection parameter ${name} `)
      expect(message).toMatch(new RegExp(advice.replace(/[{}]/g, '\\$&')))
      expect(message).not.toContain('hush')
    }
  })

  test.each(['sslmode', 'sslrootcert', 'sslcert', 'sslkey'])(
    '%s in settings, which pg ignores there',
    async (name) => {
      expect(await refusal({ host: 'localhost', [name]: 'verify-full' })).toContain(
        'Give ssl in the settings',
      )
    },
  )

  test.each([
    ['PGSSLCRL', 'hush'],
    ['PGREQUIREPEER', 'hush'],
    ['PGGSSENCMODE', 'require'],
    ['PGTARGETSESSIONATTRS', 'hush'],
  ])('%s in the environment', async (name, value) => {
    vi.stubEnv(name, value)
    expect(await refusal({ host: 'localhost' })).toContain(`The connection parameter ${name} `)
  })

  test.each([
    ['a,b', '1,2,3'],
    ['a,b,c', '1,2'],
  ])('hosts %s with the ports %s', async (host, port) => {
    expect(await refusal({ host, port })).toContain('The connection parameter port has')
  })

  test('what asks for nothing, and what libpq does not know, is taken', async () => {
    const parameters = {
      gssencmode: 'prefer',
      tcp_user_timeout: '0',
      keepalives: '1',
      sslsni: '1',
      pgbouncer: 'true',
      schema: 'x',
    }
    expect(await reached({ connectionString: stringOf(hostsOf(primary), parameters) })).toBe('primary')
  })
})
