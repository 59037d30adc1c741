import { createRequire } from 'node:module'
import {
  CamelCasePlugin,
  Kysely,
  PostgresDialect,
  type Dialect,
  type PostgresCursorConstructor,
} from 'kysely'
import pg from 'pg'
import { expect, test } from 'vitest'
import { SluiceDialect } from '../../src/index.js'
import { createTestDatabase } from '../support/database.js'
import type { DB } from './db.js'
import { migrations } from './migrations.js'
import { serviceOn } from './service.js'

// It has no types of its own.
const cursor = createRequire(import.meta.url)('pg-cursor') as PostgresCursorConstructor

const ADA = {
  fullName: 'Ada',
  balance: '12345678901234.5',
  bornOn: '1815-12-10',
  createdAt: '2024-10-27T00:30:00.123Z',
  settings: JSON.stringify({
    darkMode: true,
    limits: [1, null],
    at_once: { deep_key: 9007199254740993n.toString() },
  }),
  nickNames: ['a', 'b,c', ''],
  moodToday: 'happy',
}
const BOB = {
  fullName: 'Bob \'"\\ ☃',
  balance: -0.5,
  createdAt: '1999-12-31 23:59:59.9999+00',
  settings: 'null',
  nickNames: null,
}
const LARGE = { ...BOB, id: '9007199254740993', fullName: 'Large', trialPeriod: '1 year 2 mons -3 days' }

type Call = readonly [method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: object]

/** What is asked of the service, in turn, and how it is answered. */
const CALLS: readonly (readonly [status: number, ...Call])[] = [
  [200, 'GET', '/accounts'],
  [201, 'POST', '/accounts', ADA],
  [201, 'POST', '/accounts', BOB],
  [201, 'POST', '/accounts', LARGE],
  [409, 'POST', '/accounts', ADA],
  [400, 'POST', '/accounts', { ...BOB, fullName: 'Eve', moodToday: 'unheard of' }],
  [200, 'PUT', '/logins/Ada'],
  [200, 'GET', '/accounts'],
  [200, 'GET', '/accounts.ndjson'],
  [200, 'GET', '/accounts/9007199254740993'],
  [404, 'GET', '/accounts/9007199254740992'],
  [400, 'GET', '/accounts/none'],
  [200, 'GET', '/accounts/born-before/1900'],
  [200, 'GET', '/totals'],
  [200, 'POST', '/transfers', { from: '1', to: '9007199254740993', amount: '0.0001' }],
  [409, 'POST', '/transfers', { from: '1', to: '9007199254740993', amount: '0' }],
  [500, 'POST', '/transfers', { from: '1', to: '7', amount: '5' }],
  [200, 'GET', '/accounts'],
  [200, 'GET', '/several'],
  [200, 'GET', '/raw'],
  [500, 'GET', '/broken'],
  [200, 'GET', '/tables'],
  [200, 'DELETE', '/accounts'],
]

/** What goes over the wire: the status, what says what the body is, and its bytes. */
async function answers(dialectOf: (pool: pg.Pool) => Dialect, settings: pg.PoolConfig = {}) {
  await using database = await createTestDatabase()
  const pool = new pg.Pool({ connectionString: database.url, ...settings })
  const db = new Kysely<DB>({ dialect: dialectOf(pool), plugins: [new CamelCasePlugin()] })
  const service = serviceOn(db)
  try {
    for (const { up } of Object.values(migrations)) await up(db)
    const answered: unknown[] = []
    for (const [, method, url, payload] of CALLS) {
      const { statusCode, headers, body } = await service.inject({ method, url, ...(payload && { payload }) })
      answered.push([statusCode, method, url, headers['content-type'], headers['content-length'], body])
    }
    return answered
  } finally {
    await service.close()
    await db.destroy()
  }
}

const options: Record<string, pg.PoolConfig> = {
  'parsers of pg': {},
  'parsers of the pool': {
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === 20 ? Number : (pg.types.getTypeParser(oid, format) as (text: string) => unknown),
    },
  },
  'styles of the session': {
    options: '-c DateStyle=SQL,DMY -c IntervalStyle=iso_8601 -c bytea_output=escape',
  },
}

test.each(Object.entries(options))('a service answers the same, byte for byte: %s', async (_, settings) => {
  const before = await answers((pool) => new PostgresDialect({ pool, cursor }), settings)
  const after = await answers((pool) => new SluiceDialect({ pool, values: 'pg' }), settings)
  expect(after).toEqual(before)
  expect(after.map((answer) => (answer as Call).slice(0, 3))).toEqual(CALLS.map((call) => call.slice(0, 3)))
})

test('it would not without values: that is what the test is for', async () => {
  const before = await answers((pool) => new PostgresDialect({ pool, cursor }))
  const after = await answers((pool) => new SluiceDialect({ pool, values: 'sluice' }))
  expect(after).not.toEqual(before)
})
