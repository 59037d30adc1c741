import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  atomic,
  connect,
  OptionError,
  QueryError,
  replayedTo,
  TimeoutError,
  UsageError,
  waitForReplay,
  walPosition,
  withLimits,
  type Database,
  type KyselyHandle,
} from 'sluice'
import { repositories, type DB, type Repositories } from '../../generated/index.js'
import { startServers, type Servers } from './servers.js'

let servers: Servers
let primary: Database<DB>
let replica: Database<DB>
let repos: Repositories
/** A connection to the standby, beside what is tested. */
let observer: pg.Client
beforeAll(async () => {
  servers = await startServers(2, { autovacuum: 'off' })
  primary = connect<DB>({ connectionString: servers.primary.url })
  replica = connect<DB>({ connectionString: servers.standbys[0] ?? '', max: 2 })
  repos = repositories(primary)
  observer = new pg.Client(servers.standbys[0])
  await observer.connect()
})
beforeEach(async () => {
  await observer.query('select pg_wal_replay_resume()')
  await repos.users.all().delete()
  await servers.untilFollowed()
})
afterAll(async () => {
  await observer.end()
  await replica.close()
  await primary.close()
  await servers[Symbol.asyncDispose]()
})

/** Has the first standby stand still. */
async function pause(): Promise<void> {
  await observer.query('select pg_wal_replay_pause()')
  const isPaused = `select pg_get_wal_replay_pause_state() = 'paused' as paused`
  while (!(await observer.query<{ paused: boolean }>(isPaused)).rows[0]?.paused);
}

/** Has it go on as soon as somebody has been told that it stands still; by itself, since `iterator()` blocks this thread. */
function resumeOnceAsked(): Promise<unknown> {
  return observer.query(`do $$ declare since timestamptz := clock_timestamp(); begin
    while clock_timestamp() < since + interval '5 s' and not exists (
      select from pg_stat_activity
      where pid <> pg_backend_pid() and query like '%pg_last_wal_receive_lsn%' and query_start > since
    ) loop
      perform pg_sleep(0.01), pg_stat_clear_snapshot();
    end loop;
    perform pg_wal_replay_resume();
  end $$`)
}

/** Writes a row that the standby does not see. @returns the position behind it. */
async function writeUnseen(): Promise<string> {
  await pause()
  await repos.users.create({ email: 'mine@example.com', name: 'Mine' })
  expect(await repos.users.using(replica).count()).toBe(0)
  return walPosition(primary)
}

async function lengthOf(rows: AsyncIterable<unknown> | Iterable<unknown>): Promise<number> {
  let count = 0
  for await (const _ of rows) count++
  return count
}

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (reason: unknown) => reason,
  ) as Promise<Error & { code?: string }>

describe('what was written before its position is seen by', () => {
  const users = (db: KyselyHandle) => repos.users.using(db)

  test.each<[string, (db: KyselyHandle) => Promise<unknown>]>([
    ['toArray()', async (db) => (await users(db).toArray()).length],
    ['count()', (db) => users(db).count()],
    ['relations', async (db) => (await users(db).prefetchRelated('addresses').toArray()).length],
    ['aiterator()', (db) => lengthOf(users(db).aiterator())],
    ['aiterator() with relations', (db) => lengthOf(users(db).prefetchRelated('addresses').aiterator())],
    ['iterator()', (db) => Promise.resolve([...users(db).iterator()].length)],
    [
      'iterator() with relations',
      (db) => Promise.resolve([...users(db).prefetchRelated('addresses').iterator()].length),
    ],
    ['resumable()', async (db) => (await users(db).resumable().next()).value?.rows.length],
    ['atomic()', (db) => atomic(db, (trx) => users(trx).count(), { isolationLevel: 'repeatable read' })],
    ['withLimits()', (db) => users(withLimits(db, { queryTimeoutMs: 10_000 })).count()],
    ['iterator() of withLimits()', (db) => Promise.resolve([...users(withLimits(db, {})).iterator()].length)],
  ])('%s of replayedTo()', async (_what, read) => {
    const position = await writeUnseen()
    const resumed = resumeOnceAsked()
    expect(await read(replayedTo(replica, position))).toBe(1)
    await resumed
  })

  test('what comes after waitForReplay()', async () => {
    const position = await writeUnseen()
    const resumed = resumeOnceAsked()
    await waitForReplay(replica, position)
    expect(await users(replica).count()).toBe(1)
    await resumed
  })

  test('iterator(), of which a log hears', async () => {
    const heard: string[] = []
    const logging = connect<DB>({
      connectionString: servers.standbys[0] ?? '',
      log: ({ query }) => void heard.push(query.sql),
    })
    const db = withLimits(replayedTo(logging, '0/0'), { queryTimeoutMs: 10_000 })
    expect([...users(db).iterator()]).toEqual([])
    await vi.waitFor(() => expect(heard).toEqual([users(db).toSQL().sql]))
    await logging.close()
  })

  test('a standby that reads later than another, by the position of that', async () => {
    const other = connect<DB>({ connectionString: servers.standbys[1] ?? '' })
    const position = await writeUnseen()
    await waitForReplay(other, position)
    expect(await users(other).count()).toBe(1)
    const seen = await walPosition(other)
    const resumed = resumeOnceAsked()
    expect(await users(replayedTo(replica, seen)).count()).toBe(1)
    await resumed
    await other.close()
  })

  test('each connection of a pool that leads to several standbys', async () => {
    const [one, two] = servers.standbys.map((url) => new URL(url))
    const several = new URL(one?.href ?? '').href.replace(one?.host ?? '', `${one?.host},${two?.host}`)
    const pool = connect<DB>({ connectionString: several, load_balance_hosts: 'random', max: 16 })
    const ports = await Promise.all(
      Array.from({ length: 16 }, async () => {
        const { rows } = await sql<{
          port: number
        }>`select inet_server_port() as port, pg_sleep(0.3)`.execute(pool)
        return String(rows[0]?.port)
      }),
    )
    expect(new Set(ports)).toEqual(new Set([one?.port, two?.port]))
    const position = await writeUnseen()
    const caughtUp = users(replayedTo(pool, position, { timeoutMs: 500 }))
    const counts = await Promise.allSettled(
      Array.from({ length: 16 }, () =>
        caughtUp.filter((eb) => eb(eb.fn<string>('pg_sleep', [eb.lit(0.1)]), 'is not', null)).count(),
      ),
    )
    // Those that stand still are named, and none has read too early.
    const seen = counts.map((each) =>
      each.status === 'fulfilled' ? each.value : (each.reason as Error).message,
    )
    for (const each of seen) if (each !== 1) expect(each).toContain(`127.0.0.1:${one?.port} has not replayed`)
    expect(seen).toContain(1)
    expect(seen.filter((each) => each !== 1).length).toBeGreaterThan(0)
    await pool.close()
  })
})

describe('waiting ends', () => {
  test('after timeoutMs, with how far the standby is behind', async () => {
    const position = await writeUnseen()
    const words = new RegExp(
      `The standby at 127\\.0\\.0\\.1:\\d+ has not replayed ${position} within 100 ms \\(timeoutMs\\): ` +
        'it is at [0-9A-F]+/[0-9A-F]+, [1-9]\\d* bytes behind, and has received it, so that a query there or a pause is in its way',
    )
    const late = await failureOf(waitForReplay(replica, position, { timeoutMs: 100 }))
    expect(late).toBeInstanceOf(TimeoutError)
    expect(late).toMatchObject({ code: 'REPLAY_TIMEOUT', message: expect.stringMatching(words) as string })
    const behind = replayedTo(replica, position, { timeoutMs: 100 })
    const reads = [
      () => repos.users.using(behind).count(),
      () => lengthOf(repos.users.using(behind).aiterator()),
      async () => lengthOf(repos.users.using(behind).iterator()),
    ]
    for (const read of reads) {
      const error = await failureOf(read())
      expect(error).toBeInstanceOf(QueryError)
      expect(error).toMatchObject({ code: 'REPLAY_TIMEOUT', message: expect.stringMatching(words) as string })
    }
    expect(await failureOf(atomic(behind, () => Promise.resolve()))).toMatchObject({ code: 'REPLAY_TIMEOUT' })
    // Their connections are whole.
    expect(await repos.users.using(replica).count()).toBe(0)
  })

  test('by a signal', async () => {
    const position = await writeUnseen()
    const reason = new Error('enough')
    const calls: ((signal: AbortSignal) => Promise<unknown>)[] = [
      (signal) => waitForReplay(replica, position, { signal, timeoutMs: 60_000 }),
      (signal) => repos.users.using(replayedTo(replica, position, { timeoutMs: 60_000 })).count({ signal }),
      (signal) =>
        lengthOf(
          repos.users.using(replayedTo(replica, position, { timeoutMs: 60_000 })).aiterator({ signal }),
        ),
      (signal) => repos.users.using(replayedTo(withLimits(replica, { signal }), position)).count(),
    ]
    for (const call of calls) {
      const controller = new AbortController()
      const called = failureOf(call(controller.signal))
      await hasBeenAsked()
      controller.abort(reason)
      expect(await called).toBe(reason)
      expect(await failureOf(call(AbortSignal.abort(reason)))).toBe(reason)
      // Both connections are free.
      await Promise.all([1, 2].map(() => sql`select pg_sleep(0.01)`.execute(replica)))
    }
  })

  test('when the connection is lost', async () => {
    const position = await writeUnseen()
    const waiting = failureOf(waitForReplay(replica, position, { timeoutMs: 60_000 }))
    await hasBeenAsked()
    await observer.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_last_wal_receive_lsn%' and pid <> pg_backend_pid()`,
    )
    expect(await waiting).toMatchObject({ code: '57P01' })
  })

  test('at once on a primary, and on a standby that was promoted', async () => {
    const position = await walPosition(primary)
    const far = 'FFFFFFFF/0'
    await waitForReplay(primary, far)
    expect(await repos.users.using(replayedTo(primary, far)).count()).toBe(0)
    const promoted = connect<DB>({ connectionString: servers.standbys[1] ?? '' })
    await waitForReplay(promoted, position)
    const waiting = waitForReplay(promoted, far, { timeoutMs: 60_000 })
    await sql`select pg_promote()`.execute(promoted)
    await waiting
    expect(await repos.users.using(replayedTo(promoted, far)).count()).toBe(0)
    await promoted.close()
  })
})

/** Resolves when somebody has been told that the standby stands still. */
async function hasBeenAsked(): Promise<void> {
  const asked = `select from pg_stat_activity
    where pid <> pg_backend_pid() and query like '%pg_last_wal_receive_lsn%' and query_start > clock_timestamp() - interval '1 second'`
  while ((await observer.query(asked)).rowCount === 0);
}

describe('is refused', () => {
  test.each(['', '0', '16/B374D848 ', "0/0'", '123456789/0', 7, undefined, null, {}])(
    'the position %j',
    async (position) => {
      expect(() => replayedTo(replica, position as string)).toThrow(OptionError)
      await expect(waitForReplay(replica, position as string)).rejects.toThrow('must be one of walPosition()')
    },
  )

  test('a transaction: one that is open may not see what is replayed, nor has what it wrote a position', async () => {
    await atomic(replica, async (trx) => {
      expect(() => replayedTo(trx, '0/0')).toThrow(UsageError)
      await expect(waitForReplay(trx, '0/0')).rejects.toThrow('wait before it begins')
      await expect(walPosition(trx)).rejects.toThrow('whose COMMIT is not written yet')
    })
    await replica.connection().execute(async (connection) => {
      await sql`begin`.execute(connection)
      await expect(repos.users.using(replayedTo(connection, '0/0')).count()).rejects.toThrow(
        'wait before it begins',
      )
      await expect(walPosition(connection)).rejects.toThrow('whose COMMIT is not written yet')
      await sql`rollback`.execute(connection)
      await waitForReplay(connection, '0/0')
    })
  })

  test('an option that is none, and another dialect', () => {
    expect(() => replayedTo(replica, '0/0', { timeoutMs: 0 })).toThrow(OptionError)
    expect(() => replayedTo(replica, '0/0', { timeout: 1 } as object)).toThrow(OptionError)
  })
})

describe('the position of a primary that does not wait for its disk', () => {
  test('is where it writes next, without the header of an empty page', async () => {
    const lax = connect<DB>({
      connectionString: `${servers.primary.url}?options=-c%20synchronous_commit=off`,
      max: 1,
    })
    for (let round = 0; round < 4; round++) {
      await repos.users.using(lax).create({ email: `u${round}@example.com`, name: 'U' })
      const position = await walPosition(lax)
      await waitForReplay(replica, position, { timeoutMs: 30_000 })
      expect(await repos.users.using(replica).count()).toBe(round + 1)
    }
    await sql.raw(FILL_PAGE).execute(lax)
    const { rows } = await sql<{ offset: string }>`
      select mod(pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0'), 8192)::text as offset`.execute(lax)
    expect(rows).toEqual([{ offset: '24' }])
    const position = await walPosition(lax)
    expect(parseInt(position.split('/')[1] ?? '', 16) % 8192).toBe(0)
    await waitForReplay(replica, position)
    await lax.close()
  })
})

/** Messages in the log, until the last one ends where a page does. */
const FILL_PAGE = `do $$
  declare
    before pg_lsn; overhead int; room int;
  begin
    before := pg_current_wal_insert_lsn();
    perform pg_logical_emit_message(false, '', repeat('x', 1000));
    overhead := (pg_current_wal_insert_lsn() - before)::int - 1000;
    for round in 1..1000 loop
      room := 8192 - mod(pg_current_wal_insert_lsn() - '0/0', 8192)::int;
      exit when room = 8192 - 24;
      if room < overhead + 600 then
        perform pg_logical_emit_message(false, '', repeat('x', 2000));
      else
        perform pg_logical_emit_message(false, '', repeat('x', room - overhead));
      end if;
    end loop;
  end $$`
