import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql, type Kysely } from 'kysely'
import { describe, expect, it } from 'vitest'
import {
  failureOf,
  Numbers,
  open,
  type FaultTables,
  type NumberRow,
  type OpenOptions,
} from './support/fault-database.js'
import { tableOf } from '../faults/tables.js'
import { startProxy } from './support/proxy.js'
import { useFaults } from './support/use-faults.js'

const faults = useFaults()

const itemsOf = (db: Kysely<FaultTables>) => tableOf<NumberRow>(db, 'items', { id: 'int4', payload: 'text' })

/** The address of the test's server with something changed in it. */
function changed(
  change: Partial<Record<'hostname' | 'port' | 'username' | 'password' | 'pathname', string>>,
) {
  return Object.assign(new URL(faults.url), change).href
}

async function failureAt(url: string, options: OpenOptions = {}) {
  await using opened = open(url, options)
  return await failureOf(new Numbers(opened.db).filter({ id: 1 }).toArray())
}

describe('a failure to connect', () => {
  it.each<[string, () => string, OpenOptions?]>([
    ['an unknown role', () => changed({ username: 'nobody_of_that_name' })],
    ['a wrong password', () => changed({ password: 'wrong' })],
    ['an unknown database', () => changed({ pathname: '/none_of_that_name' })],
    ['an unknown host', () => changed({ hostname: 'no-such-host.invalid' })],
    ['TLS that the server does not have', () => faults.url, { ssl: { rejectUnauthorized: false } }],
    ['a setting that the server refuses', () => faults.url, { options: '-c no_such_setting=1' }],
    [
      'a certificate that is missing',
      () => `${faults.url}?sslmode=verify-full&sslrootcert=/nowhere/root.pem`,
    ],
  ])('by %s is not retryable', async (_, url, options) => {
    const error = await failureAt(url(), options)
    expect(error).toMatchObject({ name: 'QueryError', isRetryable: false, attempts: 1 })
    expect(await failureAt(url(), { ...options, retry: { attempts: 5, delayMs: 2000 } })).toMatchObject({
      attempts: 1,
    })
  })

  it('by a server that speaks another protocol is not retryable', async () => {
    const server = createServer((socket) =>
      socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    expect(await failureAt(changed({ port: String(port) }))).toMatchObject({ isRetryable: false })
    server.close()
  })

  it('by a database that was closed is not retryable', async () => {
    const { db } = open(faults.url)
    await db.selectFrom('numbers').select('id').limit(1).execute()
    await db.destroy()
    expect(await failureOf(new Numbers(db).count())).not.toMatchObject({ isRetryable: true })
  })

  it.each<[string, () => string, OpenOptions?]>([
    ['a port that nobody listens on', () => changed({ port: '1' })],
    ['a socket that is not there', () => `postgres://x@/x?host=${encodeURIComponent(tmpdir())}`],
  ])('by %s is retryable', async (_, url, options) => {
    expect(await failureAt(url(), options)).toMatchObject({ name: 'QueryError', isRetryable: true })
  })

  it('by a server that cuts or ignores whoever comes is retryable, also for a write', async () => {
    await using proxy = await startProxy(faults.url)
    for (const newcomers of ['cut', 'ignored'] as const) {
      proxy.newcomers = newcomers
      await using opened = open(proxy.url, { connectTimeoutMs: 300 })
      const written = await failureOf(itemsOf(opened.db).filter({ id: 1 }).delete())
      expect(written).toMatchObject({ name: 'QueryError', isRetryable: true })
    }
  })
})

describe('a session that ended under a write', () => {
  it('while it was idle is retryable: the write was not read', async () => {
    for (const [setting, begin] of [
      ['idle_session_timeout', 'select 1'],
      ['idle_in_transaction_session_timeout', 'begin'],
    ] as const) {
      // The end is held back until something is written, as it is on a slow network.
      await using proxy = await startProxy(faults.url)
      await using opened = open(proxy.url, { options: `-c ${setting}=200` })
      const error = await failureOf(
        opened.db.connection().execute(async (db) => {
          await sql.raw(begin).execute(db)
          const held: Buffer[] = []
          proxy.relay = (bytes) => void held.push(bytes)
          proxy.relayToServer = (_, to) => {
            for (const client of proxy.clients) client.write(Buffer.concat(held))
            to.destroy()
          }
          proxy.keepsServer = true
          await sleep(400)
          await itemsOf(db).filter({ id: 1 }).delete()
        }),
      )
      expect(error).toMatchObject({ name: 'QueryError', isRetryable: true })
    }
  })

  it('before it was sent is retryable, and while it ran is not', async () => {
    await using opened = open(faults.url)
    const unsent = opened.db.connection().execute(async (db) => {
      await sql`select 1`.execute(db)
      await faults.observer.terminateAll()
      await faults.observer.untilStates()
      await sleep(20)
      await itemsOf(db).filter({ id: 1 }).delete()
    })
    expect(await failureOf(unsent)).toMatchObject({ sqlState: '57P01', isRetryable: true })
    const killed = sql<boolean>`pg_terminate_backend(pg_backend_pid()) and id = 1`
    await opened.db.insertInto('items').values({ id: 1, payload: 'x' }).execute()
    const ran = await failureOf(
      itemsOf(opened.db)
        .filter(() => killed)
        .delete(),
    )
    expect(ran).toMatchObject({ sqlState: '57P01', isRetryable: false })
    await opened.db.deleteFrom('items').execute()
  })
})
