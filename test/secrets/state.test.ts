import { inspect } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect, SluiceDialect } from 'sluice'
import { repositories, type DB } from '../../generated/index.js'
import { openShop, type Shop } from '../support/shop.js'
import { printed } from './printed.js'

const settings = { connectionString: 'postgres://someone:hunter2@127.0.0.1:1/nowhere', password: 'hunter2' }
const db = connect<DB>(settings)
const { users, posts } = repositories(db)
const secret = users.filter({ email: 'hunter2@example.com' })

let shop: Shop
beforeAll(async () => {
  shop = await openShop({ users: 1 })
})
afterAll(async () => {
  await shop[Symbol.asyncDispose]()
})

const things: Record<string, () => unknown> = {
  repositories: () => repositories(db),
  'a repository': () => users,
  'a queryset': () => secret,
  'a union': () => secret.union(secret.all()),
  'a subquery': () => posts.filter({ authorId: { in: secret } }),
  'a prefetch': () => users.prefetchRelated({ postsByAuthor: posts.filter({ title: 'hunter2' }) }),
  'a callback': () => users.filter((eb) => eb('name', '=', 'hunter2')),
  'an update in Kysely': () => db.updateTable('users').set({ name: 'hunter2' }),
  'a builder': () => secret.toKysely(),
  'a stream': () => secret.aiterator(),
  'a synchronous stream': () => secret.iterator(),
  'the database': () => db,
  'the executor': () => db.getExecutor(),
  'the adapter': () => db.getExecutor().adapter,
  'a dialect': () => new SluiceDialect({ pool: new pg.Pool(settings) }),
  'a driver': () => new SluiceDialect({ pool: new pg.Pool(settings) }).createDriver(),
}

test.each(Object.entries(things))('%s shows neither settings nor parameters', (_, make) => {
  const thing = make()
  expect(printed(thing)).not.toContain('hunter2')
  expect(inspect(thing, { depth: Infinity, showHidden: true })).not.toContain('hunter2')
})

test('a connection, a transaction and what runs on them show no settings', async () => {
  const password = new URL(shop.database.url).password || 'no password'
  let connection: unknown
  const db = connect<DB>({
    connectionString: shop.database.url,
    onReserveConnection: (given) => Promise.resolve(void (connection = given)),
  })
  const { users } = repositories(db)
  await db.transaction().execute(async (trx) => {
    const inside = users.using(trx)
    const running = inside.filter({ name: { ne: 'hunter2' } }).aiterator({ chunkSize: 1 })
    await running.next()
    for (const thing of [connection, trx, inside, running, db]) {
      for (const hidden of [shop.database.url, password, 'hunter2']) {
        expect(printed(thing)).not.toContain(hidden)
      }
    }
    await running.return?.()
  })
  await db.close()
})

test('a queryset and a repository show the table, the SQL and the number of parameters', () => {
  const { sql } = secret.toSQL()
  expect(JSON.parse(JSON.stringify(secret))).toEqual({ table: 'public.users', sql, parameters: 1 })
  expect(inspect(secret)).toMatch(
    /^QuerySet \{\s+table: 'public\.users',\s+sql: [^]*where[^]*parameters: 1\s*\}$/,
  )
  expect(inspect({ users })).toMatch(/UsersRepository \{[^]*parameters: 0/)
  // Also where it could not run.
  expect(JSON.stringify(users.selectForUpdate({ of: ['company' as never] }))).toContain(
    '"table":"public.users"',
  )
})
