import { getEventListeners, once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { CompiledQuery, type DatabaseConnection } from 'kysely'
import { describe, expect, test } from 'vitest'
import { drain, Failing, failureOf, GOOD_ROWS, Numbers, open } from './support/fault-database.js'
import { startProxy } from './support/proxy.js'
import { useFaults } from './support/use-faults.js'

const faults = useFaults()

describe('listeners', () => {
  test('of clients, sockets and signals do not grow over 100 iterations', async () => {
    await using opened = open(faults.url)
    const signal = new AbortController().signal
    const listeners = async (): Promise<number[]> => {
      const client = await opened.pool.connect()
      const socket = client.connection.stream as Socket
      const counts = [client, client.connection, socket].map((emitter) =>
        emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0),
      )
      client.release()
      return counts
    }
    await drain(new Numbers(opened.db).aiterator())
    const before = await listeners()
    for (let round = 0; round < 100; round++) {
      for await (const row of new Numbers(opened.db).aiterator({ chunkSize: 5, signal })) {
        if (row.id === (round % 12) + 1) break
      }
      await new Failing(opened.db)
        .aiterator({ chunkSize: GOOD_ROWS + 1, signal })
        .next()
        .catch(() => undefined)
    }
    expect(await listeners()).toEqual(before)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })
})

describe.each(['onCreateConnection', 'onReserveConnection'] as const)('%s', (name) => {
  test('that waits for the server is cut when the database is closed', async () => {
    const setUp = async (connection: DatabaseConnection) => {
      await connection.executeQuery(CompiledQuery.raw('select pg_sleep(60)'))
    }
    const { db } = open(faults.url, { closeTimeoutMs: 50, [name]: setUp })
    const reading = failureOf(new Numbers(db).count())
    await faults.observer.untilAsleep()
    await db.destroy()
    expect((await reading).message).toContain('The database was closed')
    await faults.observer.untilStates()
  })
})

test('a connection that is not made in time is an error that names the open streams', async () => {
  await using proxy = await startProxy(faults.url)
  await using opened = open(proxy.url, { connectTimeoutMs: 1500, max: 2 })
  const first = new Numbers(opened.db).aiterator({ chunkSize: 5 })
  await first.next()
  proxy.newcomers = 'ignored'
  const { message } = await failureOf(new Numbers(opened.db).count())
  expect(message).toContain('within 1500 ms (connectTimeoutMs). ')
  expect(message).toMatch(/Open streams, each holding one:\n {2}select .+"numbers"/)
  await first.return()
})

test('a server that does not answer the goodbye keeps no socket of ours', async () => {
  const { hostname, port } = new URL(faults.url)
  const silent = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect(Number(port), hostname)
    client.on('data', (bytes) => upstream.write(bytes)).on('close', () => upstream.destroy())
    upstream.on('data', (bytes) => client.write(bytes))
  })
  await once(silent.listen(0, '127.0.0.1'), 'listening')
  const url = new URL(faults.url)
  url.port = String((silent.address() as AddressInfo).port)
  const { db, pool } = open(url.href, { closeTimeoutMs: 50 })
  await new Numbers(db).count()
  const client = await pool.connect()
  const { stream } = client.connection
  client.release()
  await db.destroy()
  await once(stream, 'close')
  silent.close()
})
