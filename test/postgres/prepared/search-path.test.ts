import type { Socket } from 'node:net'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withSettings, type KyselyHandle } from '../../../src/index.js'
import { Splitter } from '../../fuzz/splitter.js'
import { startProxy, type Relay } from '../support/proxy.js'
import { CREATE_THINGS, often, preparedOn, Things, ThingsOfPath, thingsDatabase } from '../support/things.js'

let database: Awaited<ReturnType<typeof thingsDatabase>>
beforeAll(async () => {
  database = await thingsDatabase()
  // Of the same columns, and yet of other types.
  await database.sql(`
    create schema t1; set search_path to t1; ${CREATE_THINGS}; update things set name = 't1';
    create schema t2; set search_path to t2; ${CREATE_THINGS}; update things set name = 't2';
    alter table things alter name type varchar(50);
    create role tenant;
    grant usage on schema t1 to tenant; grant select on t1.things to tenant;
    alter table t1.things enable row level security;
    create policy own on t1.things using (id = current_setting('app.thing', true)::int4);
    set search_path to public`)
})
afterAll(async () => {
  await database.sql('drop owned by tenant; drop role tenant')
  await database[Symbol.asyncDispose]()
})

const nameBy = async (db: KyselyHandle) => (await new ThingsOfPath(db).get({ id: 1 })).name

/** Ways to lead a connection to another schema for what follows. */
const ways: [string, (opened: ReturnType<typeof database.open>, path: string) => Promise<unknown>][] = [
  ['SET of ours', ({ db }, path) => sql`set search_path to ${sql.id(path)}`.execute(db)],
  ['SET of others on the pool', ({ pool }, path) => pool.query(`set search_path to ${path}`)],
  ['set_config', ({ pool }, path) => pool.query(`select set_config('search_path', $1, false)`, [path])],
]

/** What the server says, without what it reports of the search_path. */
function untold(): Relay {
  const splitters = new WeakMap<Socket, Splitter>()
  return (bytes, to) => {
    const splitter = splitters.get(to) ?? new Splitter(false)
    splitters.set(to, splitter)
    for (const message of splitter.add(bytes))
      if (!message.subarray(5).toString('latin1').startsWith('search_path\0')) to.write(message)
  }
}

async function opening(isTold: boolean) {
  const proxy = await startProxy(database.url)
  if (!isTold) proxy.relay = untold()
  const opened = database.open({ url: proxy.url })
  return {
    ...opened,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]()
      await proxy[Symbol.asyncDispose]()
    },
  }
}

describe.each([
  ['that is reported', true],
  ['that is not reported, as before PostgreSQL 18', false],
])('a statement that is prepared reads by a search_path %s', (_, isTold) => {
  it.each(ways)('and %s has set', async (__, set) => {
    await using opened = await opening(isTold)
    for (const path of ['t1', 't2', 't1', 'public', 't2']) {
      await set(opened, path)
      const expected = path === 'public' ? 'thing 1' : path
      expect(await often(() => nameBy(opened.db), 7)).toEqual(Array(7).fill(expected))
    }
  })

  it('and withSettings() has set, within others and when it has ended', async () => {
    await using opened = await opening(isTold)
    const { db } = opened
    for (let round = 0; round < 7; round++) {
      expect(await nameBy(db)).toBe('thing 1')
      const names = await withSettings(db, { search_path: 't1' }, async (one) => {
        const first = await nameBy(one)
        const second = await withSettings(one, { search_path: 't2' }, (two) => often(() => nameBy(two), 6))
        return [first, ...second, await nameBy(one)]
      })
      expect(names).toEqual(['t1', ...Array<string>(6).fill('t2'), 't1'])
      const inside = db.transaction().execute((trx) => nameBy(trx))
      expect(await inside).toBe('thing 1')
    }
  })

  it('and SET LOCAL has set, and rolled back', async () => {
    await using opened = await opening(isTold)
    const { db } = opened
    for (let round = 0; round < 7; round++) {
      const failing = db.transaction().execute(async (trx) => {
        await sql`set local search_path to t2`.execute(trx)
        expect(await often(() => nameBy(trx), 6)).toEqual(Array(6).fill('t2'))
        throw new Error('rolled back')
      })
      await expect(failing).rejects.toThrow('rolled back')
      expect(await db.transaction().execute((trx) => nameBy(trx))).toBe('thing 1')
    }
  })

  it('and where a table of the session comes first', async () => {
    await using opened = await opening(isTold)
    const { db } = opened
    await often(() => nameBy(db))
    await sql`create temp table things as select 1 as id, 'temporary'::text as name, null::text as note`.execute(
      db,
    )
    expect(await often(() => nameBy(db))).toEqual(Array(6).fill('temporary'))
    await sql`drop table things`.execute(db)
    expect(await nameBy(db)).toBe('thing 1')
  })
})

it('withSchema() has statements of its own', async () => {
  await using opened = database.open()
  const { db, things, pool } = opened
  for (let round = 0; round < 7; round++) {
    const names = await Promise.all(
      ['t1', 't2'].map((schema) => new Things(db).withSchema(schema).get({ id: 1 })),
    )
    expect(names.map(({ name }) => name)).toEqual(['t1', 't2'])
    expect((await things.get({ id: 1 })).name).toBe('thing 1')
  }
  expect(await preparedOn(pool)).toHaveLength(3)
})

it('policies and roles are those of the moment', async () => {
  await using opened = database.open()
  const { db } = opened
  const tenants = () => new Things(db).withSchema('t1')
  for (let round = 0; round < 8; round++) {
    expect(await tenants().count()).toBe(20)
    const settings = { role: 'tenant', 'app.thing': round + 1 }
    const ids = await withSettings(db, settings, (trx) =>
      tenants().using(trx).valuesList('id', { flat: true }).toArray(),
    )
    expect(ids).toEqual([round + 1])
  }
})
