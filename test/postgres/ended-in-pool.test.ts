import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { Numbers, open, type NumberRow, type Opened } from './support/fault-database.js'
import { startProxy } from './support/proxy.js'
import { tableOf } from '../faults/tables.js'
import { useFaults } from './support/use-faults.js'

const faults = useFaults()
const CONNECTIONS = 16

/** Makes as many connections as the pool may have. */
async function fill({ db, pool }: Opened): Promise<void> {
  await Promise.all(Array.from({ length: pool.options.max }, () => sql`select pg_sleep(0.05)`.execute(db)))
  // On a busy machine some of those with idle_session_timeout have ended by now.
  expect(pool.idleCount).toBeGreaterThan(0)
}

const blockFor = (ms: number) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

/** Ends the sessions that wait in pools, from the worker of `iterator()`, while this thread is blocked. */
function endSessions({ db }: Opened): number {
  const others = sql<boolean>`id <= (select count(*) from (select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and state = 'idle' and pid <> pg_backend_pid() and query like '%pg_sleep%') x)`
  let ended = 0
  for (const _ of new Numbers(db).filter(() => others).iterator()) ended++
  // They end a moment after they were told to.
  blockFor(300)
  return ended
}

const operations: readonly [string, (opened: Opened) => Promise<unknown>][] = [
  ['count', ({ db }) => new Numbers(db).filter({ id: 1 }).count()],
  ['free-hand SQL', ({ db }) => sql`select 1`.execute(db)],
  [
    'create',
    ({ db }) =>
      tableOf<NumberRow>(db, 'items', { id: 'int4', payload: 'text' })
        .filter({ id: 0 })
        .update({ payload: 'y' }),
  ],
  ['a transaction', ({ db }) => db.transaction().execute((trx) => sql`select 1`.execute(trx))],
  [
    'a stream',
    async ({ db }) => {
      for await (const _ of new Numbers(db).filter({ id: { lte: 3 } }).aiterator());
    },
  ],
]

describe('connections that ended while the thread was blocked', () => {
  it.each(operations)('by iterator() are not used by %s', async (_, run) => {
    await using opened = open(faults.url, { max: CONNECTIONS })
    await fill(opened)
    expect(endSessions(opened)).toBe(CONNECTIONS)
    const outcomes = await Promise.allSettled(Array.from({ length: CONNECTIONS }, () => run(opened)))
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([])
  })

  it.each([
    ['idle_session_timeout', '-c idle_session_timeout=100'],
    ['no limit', '-c application_name=x'],
  ])('by the caller, with %s, are not used', async (_, options) => {
    await using opened = open(faults.url, { max: 4, options })
    for (let turn = 0; turn < 3; turn++) {
      await fill(opened)
      blockFor(300)
      await Promise.all(operations.map(([, run]) => run(opened)))
    }
  })

  it.each(['end', 'resetAndDestroy'] as const)('by %s of the network alone are not used', async (how) => {
    await using proxy = await startProxy(faults.url)
    await using opened = open(proxy.url, { max: 2 })
    for (let turn = 0; turn < 3; turn++) {
      await fill(opened)
      for (const client of proxy.clients) client[how]()
      // The proxy is of this thread, whose system calls are done, and tells nobody.
      blockFor(30)
      await Promise.all(operations.map(([, run]) => run(opened)))
    }
  })
})
