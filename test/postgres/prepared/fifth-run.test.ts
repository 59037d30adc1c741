import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OptionError, SluiceDialect } from '../../../src/index.js'
import { openLibrary } from '../../support/library.js'
import { often, preparedOn, thingsDatabase } from '../support/things.js'

let database: Awaited<ReturnType<typeof thingsDatabase>>
beforeAll(async () => {
  database = await thingsDatabase()
})
afterAll(() => database[Symbol.asyncDispose]())

describe('a statement of a repository', () => {
  it('is prepared by its fifth run on a connection, and has the same rows after that', async () => {
    await using opened = database.open()
    const { things, pool } = opened
    const read = () => things.get({ id: 3 })
    const rows = await often(read, 4)
    expect(await preparedOn(pool)).toEqual([])
    rows.push(...(await often(read, 4)))
    expect(await preparedOn(pool)).toEqual([things.filter({ id: 3 }).slice(0, 2).toSQL().sql])
    expect(new Set(rows.map((row) => JSON.stringify(row)))).toEqual(
      new Set(['{"id":3,"name":"thing 3","note":null}']),
    )
  })

  it('takes the values of each run', async () => {
    await using opened = database.open()
    const { things } = opened
    for (let id = 1; id <= 20; id++) expect(await things.get({ id })).toMatchObject({ name: `thing ${id}` })
    await expect(things.get({ id: 21 })).rejects.toThrow('things')
    expect(await often(() => things.filter({ id: { lte: 7 } }).count(), 8)).toEqual(Array(8).fill(7))
  })

  it('may be a write, with rows or without', async () => {
    await using opened = database.open()
    const { things, pool } = opened
    let id = 100
    await often(() => things.create({ id: ++id, name: 'made' }), 7)
    await often(() => things.filter({ id: 101 }).update({ name: 'changed' }), 7)
    expect(await often(() => things.filter({ id: id-- }).delete(), 7)).toEqual(Array(7).fill(1))
    const words = (await preparedOn(pool)).map((text) => /^\w+/.exec(text)?.[0])
    expect(words).toEqual(['insert', 'update', 'delete'])
  })

  it('may be the query of a prefetch', async () => {
    await using library = await openLibrary(30, { max: 1 })
    const results = await often(() => library.authors.prefetchRelated('books', 'publisher').toArray(), 7)
    expect(results[6]).toEqual(results[0])
    const { rows } = await sql`select from pg_prepared_statements`.execute(library.db)
    expect(rows).toHaveLength(3)
  })

  it('is not prepared where it is free-hand or streamed', async () => {
    await using opened = database.open()
    const { db, things, pool } = opened
    await often(() => sql`select 1 as one, ${'x'}::text as x`.execute(db), 8)
    for (let time = 0; time < 8; time++) {
      let rows = 0
      for await (const _ of things.aiterator()) rows++
      expect(rows).toBe(20)
    }
    expect(await preparedOn(pool)).toEqual([])
  })
})

describe('what is prepared on one connection', () => {
  it('is bounded: what was not used for the longest time is closed with the next write', async () => {
    await using opened = database.open({ maxPreparedStatements: 2 })
    const { things, pool } = opened
    const one = () => things.filter({ id: 1 }).count()
    const two = () => things.filter({ name: 'thing 1' }).count()
    const three = () => things.filter({ id: { lte: 4 } }).count()
    await often(one)
    await often(two)
    await one()
    await often(three)
    const texts = await preparedOn(pool)
    expect(texts).toHaveLength(2)
    expect(texts.some((text) => text.includes('"name"'))).toBe(false)
    expect([await one(), await two(), await three()]).toEqual([1, 1, 4])
    await often(two)
    expect(await preparedOn(pool)).toHaveLength(2)
  })

  it('stays bounded when more statements than that take turns', async () => {
    await using opened = database.open({ maxPreparedStatements: 3 })
    const { things, pool } = opened
    const names = ['id', 'name', 'note'] as const
    const queries = names.flatMap((by) => [
      () => things.orderBy(by).toArray(),
      () => things.orderBy(`-${by}`).toArray(),
    ])
    for (let round = 0; round < 12; round++)
      for (const query of queries) expect(await query()).toHaveLength(20)
    expect((await preparedOn(pool)).length).toBeLessThanOrEqual(3)
  })

  it('is nothing where a setting says so', async () => {
    await using opened = database.open({ preparedStatements: 'never' })
    await often(() => opened.things.count(), 8)
    expect(await preparedOn(opened.pool)).toEqual([])
    const refused = (settings: object) => () => new SluiceDialect({ pool: opened.pool, ...settings })
    expect(refused({ preparedStatements: true })).toThrow(OptionError)
    expect(refused({ preparedStatements: 'allways' })).toThrow('"always"')
    expect(refused({ maxPreparedStatements: 0 })).toThrow(OptionError)
  })

  it('leaves a statement alone whose SQL is too long to be kept', async () => {
    await using opened = database.open()
    const { things, pool } = opened
    const long = Array.from({ length: 400 }, (_, id) => ({ id, name: `thing ${id}` }))
    await often(() => things.filter({ or: long }).count(), 8)
    expect(await preparedOn(pool)).toEqual([])
  })
})
