import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  avg,
  DecodeError,
  EncodeError,
  max,
  Repository,
  SchemaRegistry,
  stringAgg,
  sum,
  type KyselyHandle,
  type Model,
  type TableSchema,
  type ToMany,
} from 'sluice'
import { byEveryPath } from './every-path.js'
import { openShop, type Shop } from './shop.js'

type Row = Record<string, unknown>

interface EventModel extends Model {
  readonly name: 'events'
  readonly row: {
    id: number
    serial: string
    amount: number
    at: string
    moment: Date
    day: Date
    times: string[]
  }
  readonly key: 'id'
  readonly filter: Row
  readonly insert: Row
  readonly update: Row
  readonly relations: { readonly notes: ToMany<NoteModel> }
}

interface NoteModel extends Model {
  readonly name: 'notes'
  readonly row: Row
  readonly key: 'id'
  readonly filter: Row
  readonly insert: Row
}

const column = (name: string, type: TableSchema['columns'][number]['type']) => ({
  ...{ property: name, name, type },
  ...{ nullable: false, optional: false },
})

const eventsSchema: TableSchema = {
  ...{ schema: 'public', name: 'events', kind: 'table' },
  columns: [
    column('id', { kind: 'converted', type: 'int8', as: 'number' }),
    column('serial', { kind: 'converted', type: 'int8', as: 'string' }),
    column('amount', { kind: 'converted', type: 'numeric', as: 'number' }),
    column('at', { kind: 'converted', type: 'timestamptz', as: 'string' }),
    column('moment', { kind: 'converted', type: 'timestamp', as: 'Date' }),
    column('day', { kind: 'converted', type: 'date', as: 'Date' }),
    column('times', { kind: 'array', element: { kind: 'converted', type: 'timestamptz', as: 'string' } }),
  ],
  ...{ primaryKey: ['id'], uniqueKeys: [['moment']], foreignKeys: [] },
  relations: [
    {
      ...{ name: 'notes', kind: 'many', nullable: false, target: 'public.notes' },
      ...{ columns: ['moment'], targetColumns: ['moment'] },
    },
  ],
}

const notesSchema: TableSchema = {
  ...{ schema: 'public', name: 'notes', kind: 'table' },
  columns: [column('id', 'int4'), column('moment', 'timestamp')],
  ...{ primaryKey: ['id'], uniqueKeys: [], foreignKeys: [] },
}

const schemas = new SchemaRegistry([eventsSchema, notesSchema])
class Events extends Repository<EventModel> {
  constructor(kysely: KyselyHandle) {
    super(kysely, eventsSchema, schemas)
  }
}

let shop: Shop
let events: Events
beforeAll(async () => {
  shop = await openShop(`
    CREATE TABLE events (id int8 PRIMARY KEY, serial int8, amount numeric, at timestamptz, moment timestamp UNIQUE,
                         day date, times timestamptz[]);
    CREATE TABLE notes (id int4 PRIMARY KEY, moment timestamp REFERENCES events (moment));
    INSERT INTO events VALUES
      (1, 9007199254740993, 0.10, '2024-01-01 00:00:00.000001+00', '2024-01-01 00:00:00.000001', '2024-01-01',
       '{2024-01-01 00:00:00.000001+00,infinity}'),
      (2, 2, 2.5, '2024-01-01 00:00:00.000002+00', '2024-01-01 00:00:00.000002', '2024-01-02', '{}');
    INSERT INTO notes VALUES (10, '2024-01-01 00:00:00.000001'), (20, '2024-01-01 00:00:00.000002')`)
  await shop.run(`ALTER DATABASE ${shop.database.name} SET TimeZone = 'America/St_Johns'`)
  events = new Events(shop.open())
})
afterAll(() => shop[Symbol.asyncDispose]())

const first = {
  ...{ id: 1, serial: '9007199254740993', amount: 0.1, at: '2024-01-01 00:00:00.000001+00' },
  ...{ moment: new Date('2024-01-01T00:00:00Z'), day: new Date('2024-01-01T00:00:00Z') },
  times: ['2024-01-01 00:00:00.000001+00', 'infinity'],
}

describe('columns that are read otherwise than by default', () => {
  it.each([
    { id: 1 },
    { id: { in: [1, 7] } },
    { serial: '9007199254740993' },
    { amount: { gte: 0.1, lt: 0.2 } },
    { at: '2024-01-01 00:00:00.000001+00' },
    { at: { in: ['2024-01-01 00:00:00.000001+00'] } },
    { day: new Date('2024-01-01') },
    { moment: { lt: '2024-01-01 00:00:00.000002' } },
    { times: { contains: ['infinity'] } },
  ])('are found by %o, and the same by every path', async (filter) => {
    expect(await byEveryPath(events.filter(filter))).toEqual([first])
  })

  it('are the same through Kysely', async () => {
    expect(await events.filter({ id: 1 }).toKysely().execute()).toEqual([first])
  })

  it('are distinct through Kysely, in their own order', async () => {
    const moments = events.values('at').distinct().orderBy('-at')
    const rows = await moments.toArray()
    expect(rows.length).toBeGreaterThan(1)
    expect(await moments.toKysely().execute()).toEqual(rows)
    const lists = events.values('times', 'serial').distinct().orderBy('times', 'serial')
    expect(await lists.toKysely().execute()).toEqual(await lists.toArray())
  })

  it('find what belongs to them to the microsecond', async () => {
    const rows = await byEveryPath(events.orderBy('id').only('id').prefetchRelated('notes'))
    expect(rows).toMatchObject([
      { id: 1, notes: [{ id: 10 }] },
      { id: 2, notes: [{ id: 20 }] },
    ])
  })

  it('are found by their keys', async () => {
    const found = await events.inBulk([1])
    expect([...found.keys()]).toEqual([1])
  })

  it('aggregate to what they are read as', async () => {
    expect(
      await events.aggregate({
        ids: sum('id'),
        mean: avg('amount'),
        amount: sum('amount'),
        serial: sum('serial'),
        last: max('at'),
        day: max('day'),
        listed: stringAgg('amount', ';', { orderBy: 'id' }),
      }),
    ).toEqual({
      ids: 3,
      mean: 1.3,
      amount: 2.6,
      serial: '9007199254740995',
      last: '2024-01-01 00:00:00.000002+00',
      day: new Date('2024-01-02'),
      listed: '0.10;2.5',
    })
  })

  it('are updated in bulk', async () => {
    await events.bulkUpdate([{ id: 2, amount: 3.5, day: new Date('2024-02-01') }], ['amount', 'day'])
    expect(await events.get({ id: 2 })).toMatchObject({ amount: 3.5, day: new Date('2024-02-01') })
  })

  it('refuse what would be lost on the way in', () => {
    expect(() => events.filter({ day: new Date('2024-01-01T01:00:00Z') })).toThrow(EncodeError)
  })

  it.each([
    ['id', '9007199254740993'],
    ['amount', '0.12345678901234567'],
    ['moment', `'infinity'`],
    ['day', `'5874897-12-31'`],
  ])('refuse what %s cannot hold', async (name, value) => {
    await shop.run(`INSERT INTO events SELECT 3, 3, 3, '2024-01-01', '2024-01-01', '2024-01-01', '{}';
                    UPDATE events SET ${name} = ${value} WHERE serial = 3`)
    try {
      const found = events.filter({ serial: '3' })
      await expect(found.toArray()).rejects.toThrow(DecodeError)
      await expect(found.toArray()).rejects.toThrow(`public.events.${name}, row 1`)
      await expect(found.toKysely().execute()).rejects.toThrow(DecodeError)
    } finally {
      await shop.run('DELETE FROM events WHERE serial = 3')
    }
  })
})
