import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { atomic, connect, QueryError, walkStore, type Database } from 'sluice'
import { repositories, type DB, type Repositories } from '../../generated/index.js'
import { startServers, type Servers } from './servers.js'

const USERS = 100

let servers: Servers
let replica: Database<DB>
let standby: Repositories
let primary: Repositories
let db: Database<DB>
beforeAll(async () => {
  servers = await startServers(1, { max_standby_streaming_delay: '0', autovacuum: 'off' })
  db = connect<DB>({ connectionString: servers.primary.url })
  primary = repositories(db)
  replica = connect<DB>({ connectionString: servers.standbys[0] ?? '' })
  standby = repositories(replica)
  await sql`insert into users (email, name) select n || '@example.com', n from generate_series(1, ${USERS}) as n`.execute(
    db,
  )
  await sql`insert into addresses (user_id, recipient, street, postal_code, city) select id, name, 's', 'p', 'c' from users`.execute(
    db,
  )
  await walkStore(db).create()
  await servers.untilFollowed()
})
afterAll(async () => {
  await replica.close()
  await db.close()
  await servers[Symbol.asyncDispose]()
})

async function lengthOf(rows: AsyncIterable<unknown> | Iterable<unknown>): Promise<number> {
  let count = 0
  for await (const _ of rows) count++
  return count
}

async function failureOf(work: Promise<unknown>): Promise<QueryError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(QueryError)
  return error as QueryError
}

describe('a standby is read by', () => {
  const users = () => primary.users.using(replica)
  const withAddresses = () => users().prefetchRelated('addresses')

  test.each<[string, () => Promise<unknown>]>([
    ['toArray()', async () => (await users().toArray()).length],
    ['count()', () => users().count()],
    [
      'prefetchRelated()',
      async () => (await withAddresses().toArray()).flatMap(({ addresses }) => addresses).length,
    ],
    ['aiterator()', () => lengthOf(users().aiterator({ chunkSize: 7 }))],
    ['iterator()', () => lengthOf(users().iterator({ chunkSize: 7 }))],
    ['a stream that prefetches', () => lengthOf(withAddresses().aiterator({ chunkSize: 7 }))],
    ['iterator() that prefetches', () => lengthOf(withAddresses().iterator({ chunkSize: 7 }))],
    ['free-hand streams', () => lengthOf(replica.selectFrom('users').selectAll().stream(7))],
    ['atomic()', () => atomic(replica, (trx) => primary.users.using(trx).count())],
    [
      'atomic() on one snapshot',
      () =>
        atomic(replica, (trx) => lengthOf(primary.users.using(trx).aiterator({ chunkSize: 7 })), {
          isolationLevel: 'repeatable read',
          accessMode: 'read only',
        }),
    ],
    [
      'partitions()',
      async () => {
        const partitions = await users().partitions(3)
        const counts = await Promise.all(partitions.map((part) => lengthOf(part.aiterator())))
        return counts.reduce((sum, count) => sum + count)
      },
    ],
    [
      'partitions() by ctid',
      async () => {
        const partitions = await users().partitions(3, { by: 'ctid' })
        const counts = await Promise.all(partitions.map((part) => lengthOf(part.aiterator())))
        return counts.reduce((sum, count) => sum + count)
      },
    ],
    [
      'parallel()',
      async () => {
        let count = 0
        for await (const batch of users().parallel({ partitions: 3 })) count += batch.length
        return count
      },
    ],
    [
      'resumable()',
      async () => {
        let count = 0
        for await (const { rows } of users().resumable({ batchSize: 30 })) count += rows.length
        return count
      },
    ],
  ])('%s', async (_what, read) => {
    expect(await read()).toBe(USERS)
  })

  test('statements that are prepared, and temporary snapshots and locks of its own', async () => {
    for (let run = 1; run <= 8; run++) expect(await users().filter({ name: '1' }).count()).toBe(1)
    const { rows } = await sql<{ snapshot: string; locked: boolean }>`
      select pg_export_snapshot() as snapshot, pg_try_advisory_xact_lock(1) as locked`.execute(replica)
    expect(rows[0]).toMatchObject({ snapshot: expect.any(String) as string, locked: true })
  })

  test('streams with relations where transactions are serializable by default, and all else says why not', async () => {
    const options = 'options=-c%20default_transaction_isolation=serializable'
    const strict = connect<DB>({ connectionString: `${servers.standbys[0]}?${options}` })
    const users = primary.users.using(strict)
    expect(await lengthOf(users.prefetchRelated('addresses').aiterator())).toBe(USERS)
    expect(await lengthOf(users.prefetchRelated('addresses').iterator())).toBe(USERS)
    expect((await failureOf(users.count())).message).toContain('A standby has repeatable read at most')
    await strict.close()
  })
})

describe('a standby refuses, with what to do,', () => {
  const user = { email: 'new@example.com', name: 'New' }
  const NO_WRITES = /25006.*The server is a standby, which takes no writes: write by using\(primary\)/

  test.each<[string, () => Promise<unknown>]>([
    ['create()', () => standby.users.create(user)],
    ['bulkCreate()', () => standby.users.bulkCreate([user])],
    ['update()', () => standby.users.filter({ id: 1 }).update({ name: 'x' })],
    ['delete()', () => standby.users.filter({ id: 1 }).delete()],
    ['a write in a transaction', () => atomic(replica, (trx) => primary.users.using(trx).create(user))],
    [
      'selectForUpdate()',
      () => atomic(replica, (trx) => primary.users.using(trx).selectForUpdate().toArray()),
    ],
    [
      'a locking stream',
      () => atomic(replica, (trx) => lengthOf(primary.users.using(trx).selectForUpdate().aiterator())),
    ],
    ['walk()', () => standby.users.walk({ name: 'w', store: walkStore(replica) }, () => undefined)],
  ])('%s', async (_what, write) => {
    const error = await failureOf(write())
    expect(`${error.sqlState} ${error.message}`).toMatch(NO_WRITES)
  })

  test.each<[string, () => Promise<unknown>]>([
    ['aiterator({ readOnly: false })', () => lengthOf(standby.users.aiterator({ readOnly: false }))],
    ['iterator({ readOnly: false })', async () => lengthOf(standby.users.iterator({ readOnly: false }))],
    ['atomic() that may write', () => atomic(replica, () => Promise.resolve(), { accessMode: 'read write' })],
  ])('%s', async (_what, read) => {
    const error = await failureOf(read())
    expect(`${error.sqlState} ${error.message}`).toMatch(
      /0A000.*leave out readOnly: false and the access mode/,
    )
  })

  test('serializable transactions', async () => {
    const begun = atomic(replica, () => Promise.resolve(), { isolationLevel: 'serializable' })
    expect((await failureOf(begun)).message).toContain('A standby has repeatable read at most')
  })

  test('and a primary says something else', async () => {
    const writing = atomic(db, (trx) => primary.users.using(trx).create(user), { accessMode: 'read only' })
    const { message } = await failureOf(writing)
    expect(message).toContain('or transactions are READ ONLY by their mode')
    const numbering = primary.users.filter(() => sql<boolean>`nextval('users_id_seq') > 0`)
    expect((await failureOf(lengthOf(numbering.aiterator()))).message).toContain('pass { readOnly: false }')
    expect((await failureOf(lengthOf(numbering.using(replica).aiterator()))).message).toContain(
      'is a standby',
    )
  })
})

test('a query that is in the way of what a standby replays says so, and may be tried again', async () => {
  const reading = standby.users
    .filter((eb) => eb(eb.fn<string>('pg_sleep', [eb.lit(60)]), 'is not', null))
    .count()
  const failed = failureOf(reading)
  const observer = new pg.Client(servers.standbys[0])
  await observer.connect()
  const isAtWork = async () =>
    (await observer.query(`select from pg_stat_activity where wait_event = 'PgSleep'`)).rowCount === 1
  while (!(await isAtWork()));
  await observer.end()
  // Takes the lock that the query has.
  await sql`truncate users cascade`.execute(db)
  const error = await failed
  expect(error).toMatchObject({ sqlState: '40001', isRetryable: true })
  expect(error.message).toMatch(
    /A standby ends what is in the way .*max_standby_streaming_delay or hot_standby_feedback/,
  )
})
