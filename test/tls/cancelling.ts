import dns from 'node:dns'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectSocket } from 'node:net'
import { createServer as createTlsServer, type Server, type TLSSocket } from 'node:tls'
import type { AddressInfo } from 'node:net'
import type { ConnectOptions } from 'sluice'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { passOn, startProxy } from '../postgres/support/proxy.js'
import { failure, type World } from './support/world.js'

/** What each kind of connection begins with: a request for TLS, and TLS's own first record. */
const SSL_REQUEST = '0000000804d2162f'
const TLS_RECORD = '16'

/** A query that is given up ends on the server, and the request for that is made as safely as the connection was. */
export function cancelling(world: World): void {
  const ca = () => world.server.certificates.ca.cert
  afterEach(() => void vi.restoreAllMocks())

  async function untilAsleep(): Promise<void> {
    const asleep = `select from pg_stat_activity where wait_event = 'PgSleep'`
    while ((await world.server.query(asleep)).length === 0) await sleep(5)
  }

  /** Aborts a stream while the server sleeps; resolves when the server's query has ended, long before its minute. */
  async function abort(options: ConnectOptions): Promise<void> {
    const db = world.sluice.connect<object>({ ...options, closeTimeoutMs: 60_000 })
    try {
      const aborter = new AbortController()
      const rows = world.slow(db).aiterator({ chunkSize: 20, signal: aborter.signal })
      const reading = (async () => {
        for await (const row of rows) if (row.id === 0) throw new Error('There is no such row.')
      })()
      await untilAsleep()
      aborter.abort(new Error('enough'))
      expect((await failure(reading)).error.message).toBe('enough')
      // The same connection goes on.
      expect(await world.read('toArray()', db)).toMatchObject({ ssl: true })
    } finally {
      await db.close()
    }
  }

  describe('a cancelled stream', () => {
    test.each([
      ['secure', {}],
      ['doubly', {}],
      ['doubly', { sslnegotiation: 'direct' as const }],
    ])('of the role %s with %o ends on the server, by a request over TLS', async (role, settings) => {
      await using proxy = await startProxy(world.url(role))
      const beginnings: string[] = []
      const seen = new WeakSet()
      proxy.relayToServer = (bytes, to) => {
        if (!seen.has(to)) beginnings.push(bytes.toString('hex'))
        seen.add(to)
        passOn(bytes, to)
      }
      const url = new URL(world.url(role))
      url.port = new URL(proxy.url).port
      const { cert, key } = world.server.certificates.client
      await abort({ connectionString: url.href, max: 1, ssl: { ca: ca(), cert, key }, ...settings })
      expect(beginnings.length).toBeGreaterThan(1)
      for (const beginning of beginnings) {
        if ('sslnegotiation' in settings) expect(beginning.slice(0, 2)).toBe(TLS_RECORD)
        else expect(beginning).toBe(SSL_REQUEST)
      }
    })

    test('of a name that stands for several servers asks the one that it reads from', async () => {
      const lookup = dns.lookup as (name: string, options: object, callback: () => void) => void
      let asked = 0
      vi.spyOn(dns, 'lookup').mockImplementation(((name: string, options: object, callback: () => void) => {
        // The name's next address has no server.
        lookup(name === 'localhost' && ++asked > 1 ? '127.0.0.2' : name, options, callback)
      }) as typeof dns.lookup)
      await abort({ connectionString: world.url('secure'), max: 1, ssl: { ca: ca() } })
      expect(asked).toBe(1)
    })

    test('shows its client certificate with the request as well', async () => {
      const gate = await startGate(world)
      try {
        const { cert, key } = world.server.certificates.client
        const url = new URL(world.url('anyone'))
        url.port = String((gate.server.address() as AddressInfo).port)
        const db = world.sluice.connect<object>({
          connectionString: url.href,
          ssl: { ca: ca(), cert, key },
          sslnegotiation: 'direct',
          closeTimeoutMs: 60_000,
        })
        const aborter = new AbortController()
        const reading = world.slow(db).aiterator({ chunkSize: 20, signal: aborter.signal })
        const read = (async () => {
          for await (const row of reading) if (row.id === 20) break
        })()
        await read
        await db.close()
        expect(gate.subjects).toEqual(['certified', 'certified'])
      } finally {
        await gate.stop()
      }
    })

    test('in iterator() ends on the server when the loop is left', async () => {
      const { cert, key } = world.server.certificates.client
      for (const sslnegotiation of ['postgres', 'direct'] as const) {
        const db = world.sluice.connect<object>({
          connectionString: world.url('doubly'),
          ssl: { ca: ca(), cert, key },
          sslnegotiation,
          closeTimeoutMs: 60_000,
        })
        for (const row of world.slow(db).iterator({ chunkSize: 20 })) if (row.id === 20) break
        const busy = await world.server.query(
          "select from pg_stat_activity where state <> 'idle' and usename = 'doubly'",
        )
        expect(busy).toEqual([])
        await db.close()
      }
    })
  })
}

/** A front end that speaks TLS only, to nobody without a certificate, and hands on in plain text. */
async function startGate(
  world: World,
): Promise<{ server: Server; subjects: string[]; stop: () => Promise<void> }> {
  const { ca, server: own } = world.server.certificates
  const subjects: string[] = []
  const sockets = new Set<TLSSocket>()
  const server = createTlsServer(
    {
      ...{ cert: own.cert, key: own.key, ca: ca.cert, requestCert: true, rejectUnauthorized: true },
      ALPNProtocols: ['postgresql'],
    },
    (client) => {
      sockets.add(client)
      subjects.push(String(client.getPeerCertificate().subject.CN))
      const upstream = connectSocket(world.server.port, '127.0.0.1')
      client.on('error', () => upstream.destroy()).on('close', () => upstream.destroy())
      upstream.on('error', () => client.destroy()).on('close', () => client.destroy())
      client.pipe(upstream).pipe(client)
    },
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    server,
    subjects,
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
