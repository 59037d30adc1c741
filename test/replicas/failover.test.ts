import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { atomic, connect, QueryError, SluiceDialect, TransactionError, type Database } from 'sluice'
import { Kysely } from 'kysely'
import { connectTo } from '../../codegen/server/connect.js'
import { repositories, type DB } from '../../generated/index.js'
import { execute } from '../faults/own-server.js'
import { startServers, type Servers } from './servers.js'

const USERS = 2000

let servers: Servers
/** Of the primary and the standby, with what is asked for. */
let stringOf: (target: string) => string
const opened: { destroy(): Promise<void> }[] = []
beforeAll(async () => {
  servers = await startServers(1, { autovacuum: 'off' })
  await execute(
    servers.primary.url,
    `insert into users (email, name) select n || '@example.com', n from generate_series(1, ${USERS}) as n`,
  )
  await servers.untilFollowed()
  const [one, two] = [servers.primary.url, servers.standbys[0] ?? ''].map((url) => new URL(url))
  stringOf = (target) =>
    `${one?.href.replace(one.host, `${two?.host},${one.host}`)}?target_session_attrs=${target}`
})
afterAll(async () => {
  for (const db of opened) await db.destroy()
  await servers[Symbol.asyncDispose]()
})

function open(target: string, options: object = {}): Database<DB> {
  const db = connect<DB>({ connectionString: stringOf(target), ...options })
  opened.push(db)
  return db
}

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (reason: unknown) => reason,
  ) as Promise<QueryError>

/** Whether what is connected to is a standby. */
async function isStandby(db: Kysely<DB>): Promise<boolean | undefined> {
  const { rows } = await sql<{ standby: boolean }>`select pg_is_in_recovery() as standby`.execute(db)
  return rows[0]?.standby
}

describe('before', () => {
  test.each([
    ['read-write', false],
    ['primary', false],
    ['read-only', true],
    ['standby', true],
    ['prefer-standby', true],
    ['any', true],
  ])('%s leads a pool, iterator() and the generator to the right server', async (target, expected) => {
    const db = open(target)
    expect(await isStandby(db)).toBe(expected)
    const users = repositories(db).users.filter(
      () => sql<boolean>`pg_is_in_recovery() = ${sql.lit(expected)}`,
    )
    expect([...users.iterator()]).toHaveLength(USERS)
    const client = await connectTo(stringOf(target), 'a test')
    const { rows } = await client.query<{ standby: boolean }>('select pg_is_in_recovery() as standby')
    expect(rows).toEqual([{ standby: expected }])
    await client.end()
  })

  test('the same in words, as libpq has them', async () => {
    const { username, password, pathname } = new URL(servers.primary.url)
    const ports = [servers.standbys[0] ?? '', servers.primary.url].map((url) => new URL(url).port)
    const words = `host=127.0.0.1,127.0.0.1 port=${ports.join()} user='${username}' password = ${password} dbname=${pathname.slice(1)} target_session_attrs=primary`
    const db = connect<DB>({ connectionString: words })
    expect(await isStandby(db)).toBe(false)
    expect([...repositories(db).users.iterator()]).toHaveLength(USERS)
    await db.close()
    const pooled = new Kysely<DB>({
      dialect: new SluiceDialect({ pool: new pg.Pool({ connectionString: words }), values: 'sluice' }),
    })
    expect(await isStandby(pooled)).toBe(false)
    await pooled.destroy()
    const client = await connectTo(words, 'a test')
    expect(client.database).toBe(pathname.slice(1))
    await client.end()
  })
})

describe('when the primary is lost, and the standby promoted,', () => {
  test('a stream says which server it lost, a write what became of it, and the next query finds the new one', async () => {
    const pool = new pg.Pool({ connectionString: stringOf('read-write'), max: 8 })
    const db = new Kysely<DB>({ dialect: new SluiceDialect({ pool, values: 'sluice' }) })
    opened.push(db)
    const { users } = repositories(db)
    const lost = new URL(servers.primary.url).host
    // Connections that wait in the pool.
    await Promise.all([1, 2, 3, 4].map(() => sql`select pg_sleep(0.2)`.execute(db)))
    const slow = sql<string>`pg_sleep(60)::text`
    const stream = users.aiterator({ chunkSize: 100 })
    await stream.next()
    const writing = failureOf(users.filter({ id: 1 }).update({ name: () => slow }))
    const inTransaction = failureOf(
      atomic(db, (trx) =>
        users
          .using(trx)
          .filter({ id: 2 })
          .update({ name: () => slow }),
      ),
    )
    const reading = failureOf(users.filter(() => sql<boolean>`pg_sleep(60) is null`).count())
    const isAtWork = async () =>
      (await servers.sql(servers.primary.url, `select from pg_stat_activity where wait_event = 'PgSleep'`))
        .length === 3
    while (!(await isAtWork()));
    await servers.primary.signal('SIGQUIT')
    await servers.primary.untilStopped()

    const cut = failureOf(
      (async () => {
        for await (const _ of stream);
      })(),
    )
    const ended = await Promise.all([cut, writing, inTransaction, reading])
    for (const error of ended) {
      expect(error).toBeInstanceOf(QueryError)
      expect(error.message).toContain(` at ${lost}`)
    }
    const [ofStream, ofWrite, ofTransaction, ofRead] = ended
    expect(ofStream).toMatchObject({ isRetryable: true })
    expect(ofStream?.rowsDelivered).toBeGreaterThan(0)
    expect(ofWrite).toMatchObject({ isRetryable: false })
    expect(ofWrite?.message).toContain(
      'It is not known whether it was done: look for it before you repeat it.',
    )
    expect(ofTransaction?.message).toContain('Its transaction was not committed, and is rolled back.')
    expect(ofRead).toMatchObject({ isRetryable: true })
    expect(ofRead?.message).not.toContain('known')

    // Nobody is a primary yet.
    const none = await failureOf(users.count())
    expect(none.message).toMatch(/ECONNREFUSED.*is not read-write|is not read-write.*ECONNREFUSED/)
    expect(none).toMatchObject({ isRetryable: true })
    expect(pool.totalCount).toBe(0)

    // Who tries again finds the new primary as soon as there is one.
    const patient = open('read-write', { retry: { attempts: 100, delayMs: 50, maxDelayMs: 100 } })
    const found = repositories(patient).users.create({ email: 'found@example.com', name: 'Found' })
    await execute(servers.standbys[0] ?? '', 'select pg_promote()')
    await found
    expect(await users.count()).toBe(USERS + 1)
    expect([...users.iterator()]).toHaveLength(USERS + 1)
    await users.create({ email: 'new@example.com', name: 'New' })
    expect(await isStandby(db)).toBe(false)
  })

  test('a COMMIT that was on its way is told as unknown', async () => {
    // The server that was promoted is lost in its turn.
    const db = open('read-write')
    const committing = failureOf(
      atomic(db, async (trx) => {
        await sql`set local synchronous_commit = on`.execute(trx)
        await sql`create function wait() returns trigger language plpgsql as 'begin perform pg_sleep(60); return null; end'`.execute(
          trx,
        )
        await sql`create constraint trigger waits after insert on companies deferrable initially deferred for each row execute function wait()`.execute(
          trx,
        )
        await sql`insert into companies (name) values ('late')`.execute(trx)
      }),
    )
    const standby = servers.standbys[0] ?? ''
    const isAtWork = async () =>
      (await servers.sql(standby, `select from pg_stat_activity where wait_event = 'PgSleep'`)).length === 1
    while (!(await isAtWork()));
    await servers.sql(
      standby,
      `select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'`,
    )
    const error: unknown = await committing
    expect(error).toBeInstanceOf(TransactionError)
    expect(error).toMatchObject({ code: 'COMMIT_UNKNOWN', outcome: 'unknown' })
  })
})
