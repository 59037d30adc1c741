import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { shopService } from '../../examples/fastify/app.js'
import { openShop, type Shop } from '../support/shop.js'

const ORDERS = 40_000

let shop: Shop
let app: FastifyInstance
let address: string
beforeAll(async () => {
  shop = await openShop({ users: 3 })
  await shop.sql(`
    INSERT INTO companies (name) VALUES ('Acme');
    INSERT INTO products (supplier_id, sku, name, status, price)
      SELECT 1, 'sku' || i, 'Product ' || to_char(i, '000'), 'active', 5 FROM generate_series(1, 45) i;
    INSERT INTO addresses (user_id, recipient, street, city, postal_code) VALUES (1, 'R', 'S', 'C', 'P');
    INSERT INTO orders (user_id, billing_address_id, shipping_address_id, placed_at)
      SELECT 1 + i % 3, 1, 1, timestamptz '2026-01-01 00:00Z' + i * interval '1 minute' FROM generate_series(1, ${ORDERS}) i`)
  app = shopService(shop.db)
  address = await app.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(async () => {
  await app.close()
  await shop[Symbol.asyncDispose]()
})

async function lines(path: string): Promise<string[]> {
  const response = await fetch(address + path)
  expect(response.status).toBe(200)
  return (await response.text()).trimEnd().split('\n')
}

/** A client that has had the first piece of a response, and takes no more. */
async function begun(path: string): Promise<IncomingMessage> {
  const request = get(address + path)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  await once(response, 'readable')
  response.read()
  return response
}

/** What the service's connections are at, but for those that wait in the pool. */
const atWork = () =>
  shop.sql<{ state: string; query: string }>(
    `SELECT state, query FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
       AND backend_type = 'client backend' AND state <> 'idle'`,
  )

it('sends single rows, and says where there is none', async () => {
  const response = await fetch(`${address}/orders/1`)
  expect(await response.json()).toMatchObject({ id: '1', userId: 2, orderItems: [] })
  for (const path of ['/orders/999999999', '/orders/x', '/nowhere'])
    expect((await fetch(address + path)).status).toBe(404)
})

it('pages through all rows, each once', async () => {
  const names: string[] = []
  for (let next: string | null = ''; next !== null;) {
    const query = next === '' ? '' : `?after=${encodeURIComponent(next)}`
    const page = (await (await fetch(`${address}/products${query}`)).json()) as {
      rows: { name: string }[]
      next: string | null
    }
    names.push(...page.rows.map(({ name }) => name))
    next = page.next
  }
  expect(names).toHaveLength(45)
  expect(new Set(names).size).toBe(45)
})

it('sends every row as a line of JSON', async () => {
  const all = await lines('/orders.ndjson')
  expect(all).toHaveLength(ORDERS)
  expect(JSON.parse(all[ORDERS - 1] ?? '')).toMatchObject({ id: String(ORDERS), status: 'pending' })
})

it('sends every row as CSV', async () => {
  const [header, first, ...rest] = await lines('/orders.csv')
  expect(header).toBe('id,status,placedAt,customer')
  expect(first).toBe('1,pending,2026-01-01T00:01:00.000Z,User 2')
  expect(rest).toHaveLength(ORDERS - 1)
})

it.each(['/orders.ndjson', '/orders.csv'])(
  'of %s lets a client leave half-way, and has its connection back',
  async (path) => {
    const client = await begun(path)
    expect((await atWork()).length).toBeGreaterThan(0)
    client.destroy()
    while ((await atWork()).length > 0) await sleep(20)
    expect((await fetch(`${address}/orders/1`)).status).toBe(200)
  },
)

it.each(['/orders.ndjson', '/orders.csv'])(
  'breaks %s off where the query fails, so that nobody takes the half for the whole',
  async (path) => {
    const client = await begun(path)
    await shop.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle'
         AND pid <> pg_backend_pid()`,
    )
    const fate = new Promise((resolve) => {
      client.on('end', () => resolve('whole')).on('error', () => resolve('broken'))
    })
    client.resume()
    expect(await fate).toBe('broken')
  },
)
