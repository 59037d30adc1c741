import { describe, expect, it } from 'vitest'
import { Kysely, sql } from 'kysely'
import { Client, Pool, type PoolClient } from 'pg'
import { connect, SluiceDialect, withLimits } from 'sluice'
import { repositories, type DB } from '../../generated/index.js'
import { db, repos, role, shop, tenants, url, usePolicies } from './policies.js'

usePolicies()

/** A module of workerSession. */
const SET_UP = `export default (client) => client.query("select set_config('app.tenant', '2', false)")`

describe('iterator()', () => {
  const open = (pool: Pool, more: object = {}) => {
    const dialect = new SluiceDialect({ pool, ...more })
    return { dialect, pool }
  }

  it('refuses on a connection that is pinned, in use or not', async () => {
    await db.connection().execute(async (one) => {
      const pinned = repos.users.using(one)
      expect(() => pinned.iterator()).toThrow('db.connection()')
      await sql`select set_config('app.tenant', '2', false)`.execute(one)
      const busy = pinned.count()
      expect(() => pinned.iterator()).toThrow('db.connection()')
      expect(() => repos.users.using(withLimits(one, { queryTimeoutMs: 500 })).iterator()).toThrow(
        'db.connection()',
      )
      expect(await busy).toBe(10)
      await sql`begin`.execute(one)
      expect(() => pinned.iterator()).toThrow('db.connection()')
      await sql`rollback`.execute(one)
    })
  })

  it('is not taken for pinned by what it asks, and takes no connection to ask', async () => {
    const before = (await shop.states()).length
    expect([...repos.users.iterator()]).toEqual([])
    expect(await repos.users.count()).toBe(0)
    const held = db.transaction().execute(async () => {
      // The only connection is taken: it would wait for another.
      expect([...repos.users.iterator()]).toEqual([])
      return Promise.resolve()
    })
    await held
    expect((await shop.states()).length).toBeLessThanOrEqual(before + 2)
    await using other = connect<DB>({ connectionString: url() })
    expect(await repositories(other).users.count()).toBe(0)
  })

  class TenantPool extends Pool {
    // As people write it: whoever connects is of a tenant.
    override connect(): Promise<PoolClient>
    override connect(
      callback: (error: Error | undefined, client?: PoolClient, done?: () => void) => void,
    ): void
    override connect(callback?: unknown): unknown {
      if (callback !== undefined) throw new Error('not here')
      return super.connect().then(async (client) => {
        await client.query(`select set_config('app.tenant', '2', false)`)
        return client
      })
    }
  }
  const set = (client: PoolClient) => void client.query(`select set_config('app.tenant', '2', false)`)

  it.each<[string, () => { readonly pool: Pool; readonly dialect: SluiceDialect }]>([
    ['connect()', () => open(new TenantPool({ connectionString: url() }))],
    ['"acquire" listener', () => open(new Pool({ connectionString: url() }).on('acquire', set))],
    ['"connect" listener', () => open(new Pool({ connectionString: url() }).on('connect', set))],
    [
      '"connect" listener',
      () =>
        open(
          new Pool({ connectionString: url() }).on('connect', function (this: Pool) {
            void this.totalCount
          }),
        ),
    ],
    [
      'verify',
      () => open(new Pool({ connectionString: url(), verify: (_: unknown, done: () => void) => done() })),
    ],
    ['onConnect', () => open(new Pool({ connectionString: url(), onConnect: set } as never))],
    [
      'onCreateConnection',
      () => open(new Pool({ connectionString: url() }), { onCreateConnection: () => Promise.resolve() }),
    ],
    [
      'class of clients',
      () =>
        open(
          new Pool({
            connectionString: url(),
            Client: class extends Client {},
          }),
        ),
    ],
  ])('refuses where connections are set up by %s, or may be', async (name, make) => {
    const { dialect } = make()
    const own = new Kysely<DB>({ dialect })
    const { users } = repositories(own)
    expect(() => users.iterator()).toThrow(name)
    expect(() => users.iterator()).toThrow('workerSession')
    // Also when the pool is in use.
    await users.count()
    expect(() => users.iterator()).toThrow(name)
    await own.destroy()
  })

  it.each<[string, object]>([
    ['settings', { settings: { 'app.tenant': 2 } }],
    ['statements', { statements: [`set app.tenant = '1'`, `set app.tenant = '2'`] }],
    ['several in one', { statements: [`set app.tenant = '1'; select 1; set app.tenant = '2'`] }],
    ['one that returns rows', { statements: [`select set_config('app.tenant', '2', false), 1`] }],
    ['a module', { module: 'data:text/javascript,' + encodeURIComponent(SET_UP) }],
  ])('reads as workerSession says: %s', async (_, workerSession) => {
    const { dialect } = open(new Pool({ connectionString: url() }).on('connect', set), { workerSession })
    const own = new Kysely<DB>({ dialect })
    const rows = [...repositories(own).users.iterator()]
    expect([rows.length, ...tenants(rows)]).toEqual([10, 2])
    await own.destroy()
  })

  it('runs beside instrumentation that takes no client, and where nothing is said to be set', async () => {
    let connected = 0
    const counting = new Pool({ connectionString: url() })
      .on('connect', () => void connected++)
      .on('acquire', function () {
        connected++
      })
    const { dialect } = open(counting)
    const own = new Kysely<DB>({ dialect })
    await repositories(own).posts.count()
    expect([...repositories(own).posts.iterator()]).toHaveLength(30)
    expect(connected).toBeGreaterThan(0)
    await own.destroy()
    const named = connect<DB>({
      connectionString: url(),
      onCreateConnection: () => Promise.resolve(),
      workerSession: {},
    })
    expect([...repositories(named).posts.iterator()]).toHaveLength(30)
    await named.close()
  })

  it.each<[string, object]>([
    ['pg.Pool', Pool.prototype],
    ['the class below it', Object.getPrototypeOf(Pool.prototype) as object],
  ])('runs where instrumentation has wrapped connect() of %s', async (_, prototype) => {
    const present = Object.getOwnPropertyDescriptor(prototype, 'connect')
    const original = Reflect.get(prototype, 'connect') as (...given: unknown[]) => unknown
    const value = function (this: unknown, ...given: unknown[]) {
      return original.apply(this, given)
    }
    Object.defineProperty(prototype, 'connect', { value, configurable: true, writable: true })
    try {
      const own = new Kysely<DB>({ dialect: open(new Pool({ connectionString: url() })).dialect })
      await repositories(own).posts.count()
      expect([...repositories(own).posts.iterator()]).toHaveLength(30)
      await own.destroy()
    } finally {
      if (present === undefined) Reflect.deleteProperty(prototype, 'connect')
      else Object.defineProperty(prototype, 'connect', present)
    }
  })

  it('refuses once a statement has set what others do not have, until it is reset', async () => {
    await sql`set role ${sql.raw(`${role}_two`)}`.execute(db)
    expect(await repos.users.count()).toBe(10)
    expect(() => repos.users.iterator()).toThrow('SET role')
    await sql`reset role`.execute(db)
    expect([...repos.users.iterator()]).toEqual([])
    await sql`SET SESSION app.tenant TO '2'`.execute(db)
    expect(() => repos.users.iterator()).toThrow('SET app.tenant')
    await sql`discard all`.execute(db)
    await sql`set statement_timeout = '1min'`.execute(db)
    expect([...repos.users.iterator()]).toEqual([])
  })

  it.each<[unknown, string]>([
    [{ settings: { 'a b': 1 } }, 'settings'],
    [{ statements: 'set role x' }, 'statements'],
    [{ module: './session.js' }, 'module'],
    [{ setting: {} }, '"setting"'],
    [null, 'object'],
    [7, 'object'],
  ])('refuses workerSession %j', (workerSession, text) => {
    expect(() => connect({ connectionString: url(), workerSession: workerSession as never })).toThrow(text)
  })
})
