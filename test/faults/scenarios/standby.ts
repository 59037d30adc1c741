import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { FAULT_OBJECTS } from '../../postgres/support/fault-objects.js'
import { GOOD_ROWS, Numbers, ROWS, Stalling, type NumberRow } from '../../postgres/support/fault-tables.js'
import { inBothForms, type Iterate } from '../both-forms.js'
import { loop, nameOf } from '../loop.js'
import { execute } from '../own-server.js'
import type { Scenario } from '../scenario.js'
import { tableOf } from '../tables.js'
import { startWithStandby, type ReplicatedServer } from '../standby-server.js'
import type { World } from '../world.js'

/** Reading from a server that follows another: one scenario, since two servers take a while to start. */
export const standby: Scenario = {
  fault: 'A standby has to end the query, so that it can follow its primary',
  deadlineMs: 60_000,
  async run(world) {
    const servers = await startWithStandby(world)
    const { db } = world.open({ url: servers.standbyUrl })
    await world.observe(servers.standbyUrl)
    await execute(servers.primary.url, LOCKING_VIEW)
    return inBothForms(async (iterate) => {
      const between = await vacuumBetweenFetches(servers, iterate(new Numbers(db), { chunkSize: 100 }))
      const during = await truncateDuringFetch(servers, iterate(new Stalling(db), { chunkSize: GOOD_ROWS }))
      const dropped = await dropDatabase(world, servers, iterate)
      return `${between} between two fetches, ${during} during one, ${dropped} when its database is dropped`
    })
  },
}

/** Reads and writes of the same pool go on, on the connections that it has. */
export const promotion: Scenario = {
  fault: 'A standby is promoted between two fetches of its streams, and then written to by the same pool',
  isLong: true,
  deadlineMs: 60_000,
  async run(world) {
    const servers = await startWithStandby(world)
    const { db } = world.open({ url: servers.standbyUrl, max: 1 })
    await world.observe(servers.standbyUrl)
    const items = tableOf<NumberRow>(db, 'items', { id: 'int4', payload: 'text' })
    const refused = await items.create({ id: 1, payload: 'x1' }).then(
      () => undefined,
      (error: Error) => error,
    )
    const all = await loop(new Numbers(db).aiterator({ chunkSize: 100 }), async (_, count) => {
      if (count === 150) await execute(servers.standbyUrl, 'select pg_promote()')
    })
    assert.equal(all.error, undefined)
    assert.equal(all.rows, await new Numbers(db).count())
    await items.create({ id: 1, payload: 'x1' })
    for (const stream of [items.aiterator(), items.iterator()]) assert.deepEqual((await loop(stream)).rows, 1)
    return `${nameOf(refused)} for a write before; all rows, and writes that are read by both iterators`
  },
}

async function vacuumBetweenFetches(servers: ReplicatedServer, stream: Rows): Promise<string> {
  const { url } = servers.primary
  await execute(url, 'insert into items select id, payload from numbers')
  const { rows, error } = await loop(stream, async (_, count) => {
    if (count !== 150) return
    await execute(url, 'delete from items')
    await execute(url, 'vacuum items')
    await servers.untilFollowed()
    await sleep(20)
  })
  assert.ok(rows >= 150 && rows < ROWS, String(rows))
  return nameOf(error)
}

type Rows = ReturnType<Iterate>

/** The view that stalls now reads a table, whose lock is in the way when the primary truncates it. */
const LOCKING_VIEW = `
  create or replace view stalling as
    select i as id, case when i > ${GOOD_ROWS} then 'x' || pg_sleep(60)::text else 'x' || i end as payload
    from generate_series(1, 10000) i where not exists (select from items)`

/** By the primary itself, since a synchronous loop blocks this thread. */
const TRUNCATE_UNTIL_ENOUGH = `
  do $$ begin
    while to_regclass('enough') is null loop
      perform pg_sleep(0.1);
      truncate items;
      commit;
    end loop;
  end $$`

async function truncateDuringFetch(servers: ReplicatedServer, stream: Rows): Promise<string> {
  const client = new pg.Client(servers.primary.url)
  await client.connect()
  await servers.untilFollowed()
  // Sent at once.
  const truncating = client.query(TRUNCATE_UNTIL_ENOUGH)
  const { rows, error } = await loop(stream)
  await execute(servers.primary.url, 'create table enough ()')
  await truncating
  await client.query('drop table enough')
  await client.end()
  assert.ok(rows === 0 || rows === GOOD_ROWS, String(rows))
  return nameOf(error)
}

async function dropDatabase(world: World, servers: ReplicatedServer, iterate: Iterate): Promise<string> {
  const { url } = servers.primary
  await execute(url, 'create database doomed')
  await execute(databaseOf(url, 'doomed'), FAULT_OBJECTS)
  await servers.untilFollowed()
  const opened = world.open({ url: databaseOf(servers.standbyUrl, 'doomed') })
  const numbers = iterate(new Numbers(opened.db), { chunkSize: 100 })
  const { rows, error } = await loop(numbers, async (_, count) => {
    if (count !== 150) return
    await execute(url, 'drop database doomed')
    await servers.untilFollowed()
    await sleep(20)
  })
  assert.ok(rows >= 150 && rows < ROWS, String(rows))
  await opened.db.destroy()
  world.forget(opened)
  return nameOf(error)
}

function databaseOf(server: string, name: string): string {
  return Object.assign(new URL(server), { pathname: `/${name}` }).href
}
