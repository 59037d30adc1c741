import { createSecureContext } from 'node:tls'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { PASSWORD } from './support/secure-server.js'
import { failure, forms, type World } from './support/world.js'

/** The `ssl` object: whom we trust, and who we are. */
export function certificates(world: World): void {
  const own = () => world.server.certificates
  const ca = () => own().ca.cert

  describe.each(forms)('ssl in %s', (form) => {
    const read = (role: string, ssl: object, host?: string) =>
      world.session(form, { connectionString: world.url(role, {}, host), ssl })

    test('trusts the given authority, as text and as bytes', async () => {
      const session = { identity: 'scram-sha-256:secure', ssl: true, client: '' }
      expect(await read('secure', { ca: ca() })).toEqual(session)
      expect(await read('secure', { ca: [Buffer.from(ca())], minVersion: 'TLSv1.3' })).toEqual(session)
    })

    test("takes what pg's defaults say where nothing else does", async () => {
      const { defaults } = pg
      const before = { ssl: defaults.ssl, user: defaults.user }
      Object.assign(defaults, { ssl: { ca: ca() }, user: 'secure' })
      try {
        const { port } = world.server
        expect(
          await world.session(form, { host: 'localhost', port, database: 'postgres', password: PASSWORD }),
        ).toEqual({ identity: 'scram-sha-256:secure', ssl: true, client: '' })
      } finally {
        Object.assign(defaults, before)
      }
    })

    test('refuses a certificate that nobody known has signed', async () => {
      for (const ssl of [true, { ca: own().stranger.cert }]) {
        const { error, causes } = await failure(
          world.session(form, { connectionString: world.url('secure'), ssl }),
        )
        expect(error).toMatchObject({ name: 'QueryError', table: 'public.sessions', sqlState: undefined })
        expect(error.message).toMatch(
          /^Cannot connect to the database: self-signed certificate in certificate chain/,
        )
        expect(causes.map(({ name }) => name)).toEqual(['ConnectionError', 'Error'])
      }
      expect(await read('secure', { ca: own().stranger.cert, rejectUnauthorized: false })).toMatchObject({
        ssl: true,
      })
    })

    test('refuses the certificate of another host, unless it is looked for by servername', async () => {
      const { error } = await failure(read('secure', { ca: ca() }, '127.0.0.1'))
      expect(error.message).toContain("does not match certificate's altnames")
      expect(await read('secure', { ca: ca(), servername: 'localhost' }, '127.0.0.1')).toMatchObject({
        ssl: true,
      })
    })

    test('refuses a certificate whose time is over', async () => {
      await world.server.present('expired')
      try {
        const { error, causes } = await failure(read('secure', { ca: ca() }))
        expect(error.message).toContain('certificate has expired')
        expect(causes.at(-1)).toMatchObject({ code: 'CERT_HAS_EXPIRED' })
      } finally {
        await world.server.present('server')
      }
    })

    test('shows the client certificate', async () => {
      const { client, locked } = own()
      const session = { identity: 'cert:CN=certified', ssl: true, client: '/CN=certified' }
      expect(await read('certified', { ca: ca(), cert: client.cert, key: client.key })).toEqual(session)
      expect(await read('certified', { ca: ca(), ...locked })).toEqual(session)
      const bytes = { cert: Buffer.from(client.cert), key: Buffer.from(client.key) }
      expect(await read('doubly', { ca: ca(), ...bytes })).toEqual({
        ...session,
        identity: 'scram-sha-256:doubly',
      })
    })

    test('without a client certificate, or with the wrong one, is told why it is refused', async () => {
      const { error } = await failure(read('certified', { ca: ca() }))
      expect(error).toMatchObject({ name: 'QueryError', sqlState: '28000' })
      expect(error.message).toContain('requires a valid client certificate')
      const { cert, key } = own().client
      const other = await failure(read('another', { ca: ca(), cert, key }))
      expect(other.error.message).toContain('certificate authentication failed for user "another"')
      const { stranger } = own()
      const unknown = await failure(read('certified', { ca: ca(), ...stranger }))
      expect(unknown.error.name).toBe('QueryError')
    })

    test('names a key that cannot be opened, and leaves no connection behind', async () => {
      const { client, locked } = own()
      for (const ssl of [
        { ...locked, passphrase: 'not-the-passphrase' },
        { cert: client.cert, key: own().ca.key },
      ]) {
        const { error } = await failure(read('certified', { ca: ca(), ...ssl }))
        expect(error.message).toMatch(/^Cannot connect to the database: error:/)
        expect(error.message).not.toContain('not-the-passphrase')
        await world.server.untilLeft()
      }
    })

    test('negotiates directly, and binds the channel', async () => {
      const place = { connectionString: world.url('secure'), ssl: { ca: ca() } }
      const direct = { ...place, sslnegotiation: 'direct' as const }
      expect(await world.session(form, direct)).toMatchObject({ ssl: true })
      expect(await world.session(form, { ...direct, enableChannelBinding: true })).toMatchObject({
        identity: 'scram-sha-256:secure',
      })
      const { error } = await failure(world.session(form, { ...place, ...{ scramMaxIterations: 1000 } }))
      expect(error.message).toContain('iteration count')
    })
  })

  test('a function that checks the name decides where a thread has it, and is refused where it has not', async () => {
    const names: string[] = []
    const options = (accepts: boolean) => ({
      connectionString: world.url('secure', {}, '127.0.0.1'),
      ssl: {
        ca: ca(),
        checkServerIdentity: (name: string) => {
          names.push(name)
          return accepts ? undefined : new Error(`not my ${name}`)
        },
      },
    })
    for (const form of ['toArray()', 'aiterator()'] as const) {
      expect(await world.session(form, options(true))).toMatchObject({ ssl: true })
      const { error } = await failure(world.session(form, options(false)))
      expect(error.message).toContain('not my 127.0.0.1')
    }
    expect(names).toEqual(Array<string>(4).fill('127.0.0.1'))
    const { error } = await failure(world.session('iterator()', options(true)))
    expect(error).toBeInstanceOf(world.sluice.UsageError)
    expect(error.message).toContain('"ssl.checkServerIdentity"')
    expect(names).toHaveLength(4)
  })

  test('what else cannot cross to the worker is refused by name', async () => {
    const connectionString = world.url('secure')
    const refused: [string, object][] = [
      ['ssl.secureContext', { ssl: { secureContext: createSecureContext({ ca: ca() }) } }],
      ['ssl.pskCallback', { ssl: { pskCallback: () => null } }],
      ['ssl.ca', { ssl: { ca: [() => ca()] } }],
      ['stream', { stream: () => undefined }],
    ]
    for (const [name, options] of refused) {
      const { error } = await failure(world.session('iterator()', { connectionString, ...options }))
      expect(error).toBeInstanceOf(world.sluice.UsageError)
      expect(error.message).toContain(`"${name}"`)
      expect(error.message).toContain('aiterator()')
    }
  })
}
