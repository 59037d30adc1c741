import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { subscribe } from 'node:diagnostics_channel'
import { appendFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import * as kysely from 'kysely'
import pg from 'pg'
import type { Kysely, Transaction } from 'kysely'
import * as sluice from 'sluice'
import { defineConfig } from 'sluice/config'
import * as generated from '../../../generated/index.js'
import type {
  DB,
  NewCoupon,
  NewOrder,
  NewOrderItem,
  NewPayment,
  NewProduct,
  NewUser,
  User,
} from '../../../generated/index.js'
import type { functions } from './stand-ins.js'
import type { Shop } from '../../queryset/shop.js'

/** What readers of the pages have at hand, by the names that blocks of code use without saying where they are from. */
export function atHand({ db, database }: Pick<Shop, 'db' | 'database'>, folder: string) {
  const nothing = async (..._given: unknown[]): Promise<void> => {}
  const controller = new AbortController()
  return {
    ...sluice,
    ...generated.repositories(db),
    ...{ repositories: generated.repositories, defineConfig },
    ...{ Kysely: kysely.Kysely, sql: kysely.sql, Pool: pg.Pool },
    ...{ AsyncLocalStorage, appendFileSync, randomUUID, subscribe },
    db: db as Kysely<DB> & typeof db,
    ...{ primary: db, replica: db, createServer },
    trx: db as unknown as Transaction<DB>,
    connectionString: database.url,
    folder,
    path: join(folder, 'out.csv'),
    signal: controller.signal,
    // Values that a service has from elsewhere.
    ...{ id: 1, authorId: 1, userId: 1, tenantId: 7, email: 'new@example.com', name: 'New', q: 'wool' },
    since: new Date('2020-01-01T00:00:00Z'),
    body: { email: 'new@example.com', name: 'New', token: 'x' },
    request: {
      id: 'r1',
      signal: controller.signal,
      query: {} as { after?: string; before?: string },
      tenantId: '7',
    },
    saved: undefined as string | undefined,
    values: { userId: 1, billingAddressId: 1, shippingAddressId: 1 } satisfies NewOrder,
    items: [{ lineNumber: 1, productId: 2, unitPrice: '1.00' }] satisfies Omit<NewOrderItem, 'orderId'>[],
    rows: [{ email: 'first@example.com', name: 'First' }] as NewUser[],
    changed: [{ id: 1, name: 'Ada L.', tags: ['a'] }],
    newProducts: [{ supplierId: 1, sku: 'full', name: 'Full', price: '13.00' }] as NewProduct[],
    payment: { orderId: 1n, method: 'card', amount: '1.00' } satisfies NewPayment,
    coupon: { code: 'NEW', discount: '10' } satisfies NewCoupon,
    patch: { name: 'Ada L.' },
    job: { part: '' },
    ...{ product: { id: 1 }, garden: { id: 1 }, kitchen: { id: 2 } },
    // What becomes of it when its database is dropped is nobody's.
    pool: new pg.Pool({ connectionString: database.url, max: 2 }).on('error', () => {}),
    store: sluice.walkStore(db),
    setUp: nothing,
    // What they hand rows to.
    api: { push: nothing },
    queue: { send: nothing, addAll: nothing, isFull: () => false },
    push: nothing,
    save: nothing,
    ...{ work: nothing, audit: nothing, giveBonus: nothing },
    show: (_text: string): void => {},
    functions: undefined as unknown as typeof functions,
    app: { addHook: nothing, use: nothing } as unknown as App,
    stream: newProductStream(),
    toCsv: (users: readonly User[]) => users.map(({ id, name }) => `${id},${name}\n`).join(''),
  }
}

function* newProductStream(): Generator<NewProduct> {
  for (let n = 0; n < 3; n++) yield { supplierId: 1, sku: `new-${n}`, name: 'New', price: '1.00' }
}

/** As much of a server as Fastify and Express have in common with what is shown. */
interface App {
  addHook(name: 'onRequest', hook: (request: { id: string }, reply: unknown, done: () => void) => void): void
  use(handler: (request: unknown, response: unknown, next: () => void) => void): void
}

export type AtHand = ReturnType<typeof atHand>
