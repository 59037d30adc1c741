import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, excluded, type Database } from 'sluice'
import { Client } from 'pg'
import { createTestDatabase, type TestDatabase } from '../support/database.js'
import {
  EVENT_COLUMNS,
  eventRows,
  Events,
  idsOf,
  NOTE_COLUMNS,
  noteRows,
  Notes,
  numbers,
  sorted,
} from './events.js'

const PARTITIONS = 300
const EACH = 20
const ROWS = PARTITIONS * EACH

let database: TestDatabase
let db: Database<object>
let events: Events
let notes: Notes
beforeAll(async () => {
  database = await createTestDatabase()
  const client = new Client(database.url)
  await client.connect()
  const parts = (name: string) => `
    do $$ begin for n in 0 .. ${PARTITIONS - 1} loop
      execute format('create table ${name}_%s partition of ${name} for values from (%s) to (%s)', n, n * ${EACH}, (n + 1) * ${EACH});
    end loop; end $$;`
  await client.query(`
    create table events (${EVENT_COLUMNS}, primary key (id)) partition by range (id);
    create table notes (${NOTE_COLUMNS}, primary key (event_id, nth)) partition by range (event_id);`)
  for (const name of ['events', 'notes']) await client.query(parts(name))
  await client.end()
  db = connect({ connectionString: database.url, max: 5 })
  events = new Events(db)
  notes = new Notes(db)
  expect(await events.bulkCreate(eventRows(ROWS))).toBe(ROWS)
  expect(await notes.bulkCreate(noteRows(ROWS))).toBe(ROWS / 1.5)
})
afterAll(async () => {
  await db.close()
  await database.drop()
})

describe(`a table of ${PARTITIONS} partitions`, () => {
  it('is streamed in the order of its key, each row once', async () => {
    const read: unknown[] = []
    for await (const event of events.orderBy('id').aiterator()) read.push(event)
    expect(read).toEqual([...eventRows(ROWS)])
    expect(idsOf([...events.orderBy('-id').iterator({ chunkSize: 1000 })])).toEqual(numbers(ROWS).reverse())
  })

  it('is streamed with the rows of another of as many', async () => {
    let seen = 0
    for await (const { id, notes } of events
      .orderBy('id')
      .prefetchRelated('notes')
      .aiterator({ chunkSize: 1500 })) {
      expect(notes).toHaveLength(Number(id) % 3 === 0 ? 2 : 0)
      seen++
    }
    expect(seen).toBe(ROWS)
  })

  it('is parted otherwise than it is partitioned', async () => {
    const parts = await events.filter({ kind: 'view' }).partitions(7)
    const read = await Promise.all(parts.map(async (part) => idsOf(await part.toArray())))
    expect(sorted(read)).toEqual(numbers(ROWS).filter((n) => n % 3 === 1))
    for (const part of read) expect(Math.abs(part.length - ROWS / 21)).toBeLessThan(2)
  })

  it('is looked up where a row is, and paged across its partitions', async () => {
    for (const id of [0n, 19n, 20n, 5999n]) expect((await events.get({ id })).id).toBe(id)
    expect(await events.filter({ id: { in: [1n, 3000n, 5998n] } }).explain()).not.toContain('events_7 ')
    const ids: number[] = []
    let page = await events.orderBy('id').page({ size: 1700 })
    for (ids.push(...idsOf(page.rows)); page.next !== null; ids.push(...idsOf(page.rows)))
      page = await events.orderBy('id').page({ size: 1700, after: page.next })
    expect(ids).toEqual(numbers(ROWS))
  })

  it('is written to across its partitions, and tells what became of each row', async () => {
    const given = [...eventRows(100)].map((row, index) => ({ ...row, kind: index < 60 ? 'again' : row.kind }))
    const outcomes = await events.bulkCreate(given, {
      updateConflicts: true,
      uniqueFields: ['id'],
      updateFields: ['kind'],
      updateWhere: { kind: { ne: excluded('kind') } },
      outcomes: true,
    } as never)
    const told = (outcomes as unknown as { outcome: string }[]).map(({ outcome }) => outcome)
    expect(told).toEqual(numbers(100).map((n) => (n < 60 ? 'updated' : 'left')))
    expect(await events.filter({ id: { gte: 30n, lt: 60n } }).delete()).toBe(30)
    expect(await events.bulkCreate([...eventRows(60)].slice(30))).toHaveLength(30)
    expect(await events.count()).toBe(ROWS)
  })
})
