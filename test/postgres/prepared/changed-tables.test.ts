import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { SchemaDriftError } from '../../../src/index.js'
import { CREATE_THINGS, often, preparedOn, thingsDatabase } from '../support/things.js'

let database: Awaited<ReturnType<typeof thingsDatabase>>
beforeAll(async () => {
  database = await thingsDatabase()
})
beforeEach(async () => {
  await database.sql(`drop schema public cascade; create schema public; ${CREATE_THINGS}`)
})
afterAll(() => database[Symbol.asyncDispose]())

/** What others may do to a table while a connection has statements on it prepared. */
const changes: [string, string][] = [
  ['a column gets another type', 'alter table things alter name type text'],
  ['a column gets a wider type', 'alter table things alter name type varchar(80)'],
  ['a column gets another collation', 'alter table things alter name type varchar(40) collate "C"'],
  ['a column is added', 'alter table things add extra int4 default 7'],
  [
    'the table is dropped and made anew',
    `drop table things; create table things (note text, name text not null, id int4 primary key);
     insert into things (id, name) select n, 'thing ' || n from generate_series(1, 20) n`,
  ],
  ['another takes its name', 'alter table things rename to old; create table things as table old'],
  [
    'a view takes its place',
    'alter table things rename to old; create view things as select id, name::text as name, note from old',
  ],
  [
    'its schema is dropped and made anew',
    `drop schema public cascade; create schema public; ${CREATE_THINGS}`,
  ],
  ['its index goes', 'alter table things drop constraint things_pkey'],
]

describe('a statement that is prepared, outside a transaction,', () => {
  it.each(changes)('goes on when %s', async (_, ddl) => {
    await using opened = database.open()
    const { things, pool } = opened
    const read = () =>
      things
        .filter({ id: { lte: 3 } })
        .orderBy('id')
        .toArray()
    const before = await often(read)
    await database.sql(ddl)
    expect(await often(read, 8)).toEqual([...before, ...before].slice(0, 8))
    expect(await preparedOn(pool)).toHaveLength(1)
  })

  it('takes its parameters for what they are now', async () => {
    await using opened = database.open()
    const { things } = opened
    await database.sql(`update things set note = id * 3`)
    const count = () => things.filter({ note: '6' }).count()
    await often(count)
    await database.sql('alter table things alter note type int4 using note::int4')
    expect(await often(count, 8)).toEqual(Array(8).fill(1))
    await database.sql('alter table things alter note type text')
    expect(await often(count, 8)).toEqual(Array(8).fill(1))
  })

  it('writes once, whatever has changed', async () => {
    await using opened = database.open()
    const { things } = opened
    let id = 100
    await often(() => things.create({ id: ++id, name: 'made' }))
    await database.sql('alter table things alter name type text')
    expect(await things.create({ id: 200, name: 'once' })).toEqual({ id: 200, name: 'once', note: null })
    await database.sql('alter table things alter id type int8')
    expect(await often(() => things.filter({ id: 200 }).update({ name: 'again' }))).toEqual(Array(6).fill(1))
    await database.sql('alter table things alter name type varchar(40)')
    expect(await things.filter({ id: 200 }).update({ name: 'last' })).toBe(1)
    expect(await database.sql('select name from things where id = 200')).toEqual([{ name: 'last' }])
  })

  it('says what is wrong when the table is gone, and works when it is back', async () => {
    await using opened = database.open()
    const { things } = opened
    await often(() => things.count())
    await database.sql('alter table things rename to others')
    await expect(things.count()).rejects.toThrow(SchemaDriftError)
    await database.sql('alter table others rename to things')
    expect(await often(() => things.count())).toEqual(Array(6).fill(20))
  })

  it('tells a value that is refused from a statement that is out of date', async () => {
    await using opened = database.open()
    const { things } = opened
    const long = () => things.filter({ id: 1 }).update({ name: 'x'.repeat(50) })
    for (let time = 0; time < 8; time++) await expect(long()).rejects.toMatchObject({ sqlState: '22001' })
    await database.sql('alter table things alter name type text')
    expect(await long()).toBe(1)
  })

  it('is forgotten with a change on the same connection', async () => {
    await using opened = database.open()
    const { db, things, pool } = opened
    await often(() => things.count())
    expect(await preparedOn(pool)).toHaveLength(1)
    await sql`alter table things add more text`.execute(db)
    expect(await often(() => things.count(), 1)).toEqual([20])
    expect(await preparedOn(pool)).toEqual([])
    await often(() => things.count())
    await pool.query('do $$ begin drop table things; create table things (id int4); end $$')
    expect(await often(() => things.count())).toEqual(Array(6).fill(0))
  })
})
