import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  Repository,
  SchemaRegistry,
  type KyselyHandle,
  type Model,
  type TableSchema,
  type ToMany,
} from 'sluice'
import { microsecondsBeyond } from '../../src/types/times/date-microseconds.js'
import { everyType } from '../queryset/every-type.js'
import { everyValue, everyValueTypes } from '../queryset/every-value.js'
import { Random } from '../queryset/random.js'
import { type OnDialect, openOn, OTHERS, START_MS } from './dialects.js'

/** How many rows of random values there are beside the edges. */
const RANDOM_ROWS = 5

type Row = Record<string, unknown>

const columns = everyValue.map(({ sql, type }, index) => ({ sql, name: `c${index}`, type }))
const ID = { property: 'id', name: 'id', type: 'int4', nullable: false, optional: false } as const
const things: TableSchema = {
  schema: 'public',
  name: 'things',
  kind: 'table',
  columns: [
    ID,
    ...columns.map(({ name, type }) => ({ property: name, name, type, nullable: true, optional: true })),
  ],
  primaryKey: ['id'],
  uniqueKeys: [],
  foreignKeys: [],
}
const boxes: TableSchema = {
  ...{ schema: 'public', name: 'boxes', kind: 'table', primaryKey: ['id'], uniqueKeys: [], foreignKeys: [] },
  columns: [ID],
  relations: [
    {
      ...{ name: 'things', kind: 'many', nullable: false, target: 'public.things' },
      ...{ columns: ['id'], targetColumns: ['id'] },
    },
  ],
}

interface ThingModel extends Model {
  readonly name: 'things'
  readonly row: Row
  readonly key: 'id'
  readonly filter: Row
  readonly insert: Row
}
interface BoxModel extends Model {
  readonly name: 'boxes'
  readonly row: { readonly id: number }
  readonly key: 'id'
  readonly filter: { readonly id?: number }
  readonly insert: { readonly id: number }
  readonly relations: { readonly things: ToMany<ThingModel> }
}

const schemas = new SchemaRegistry([things, boxes])
class Things extends Repository<ThingModel> {
  constructor(kysely: KyselyHandle) {
    super(kysely, things, schemas)
  }
}
class Boxes extends Repository<BoxModel> {
  constructor(kysely: KyselyHandle) {
    super(kysely, boxes, schemas)
  }
}

/** The edges of every type, row by row, then random values, then NULL. */
function rowsOfEveryType(): Row[] {
  const most = Math.max(...everyValue.map(({ edges }) => edges.length))
  const random = new Random(7)
  return Array.from({ length: most + RANDOM_ROWS + 1 }, (_, id) => {
    const cells = everyValue.map((each, index) => {
      if (id === most + RANDOM_ROWS) return [`c${index}`, null]
      return [`c${index}`, id < most ? (each.edges[id] ?? null) : each.random(random)]
    })
    return { id, ...(Object.fromEntries(cells) as Row) }
  })
}

async function openThings(name: Parameters<typeof openOn>[0]): Promise<OnDialect> {
  const opened = await openOn(name, { schema: false })
  for (const statement of everyValueTypes.split(';')) if (statement.trim() !== '') await opened.sql(statement)
  await opened.sql(
    `create table things (id int4 primary key, ${columns.map(({ name, sql }) => `${name} ${sql}`).join(', ')})`,
  )
  await opened.sql('create table boxes (id int4 primary key)')
  await opened.sql('insert into boxes select generate_series(0, 99)')
  return opened
}

/** What was read, so that it can be compared to the microsecond. */
function comparable(rows: readonly Row[]): unknown {
  const exact = (value: unknown) => (value instanceof Date ? [value, microsecondsBeyond(value)] : value)
  return rows.map((row) => Object.values(row).map(exact))
}

describe('a value of any type', () => {
  const rows = rowsOfEveryType()
  let ours: Row[]
  beforeAll(async () => {
    await using opened = await openThings('sluice')
    await new Things(opened.db).bulkCreate(rows)
    ours = await new Things(opened.db).orderBy('id').toArray()
  })

  describe.each(OTHERS)('on the dialect of %s', (name) => {
    let opened: OnDialect
    beforeAll(async () => {
      opened = await openThings(name)
    }, START_MS)
    afterAll(() => opened[Symbol.asyncDispose]())

    it('is written and read as on ours, however it is written', async () => {
      const repository = new Things(opened.db)
      const written = await repository.bulkCreate(rows)
      expect(comparable(written)).toEqual(comparable(ours))
      expect(await repository.orderBy('id').toArray()).toEqual(ours)
      await repository.all().delete()
      const created: Row[] = []
      for (const row of rows) created.push(await repository.create(row))
      expect(created).toEqual(ours)
      await repository.all().delete()
      expect(await repository.bulkCreate(rows.values())).toBe(rows.length)
      const fields = columns.map((column) => column.name)
      expect(await repository.bulkUpdate(rows as never, fields as never)).toBe(rows.length)
      expect(await repository.orderBy('id').toArray()).toEqual(ours)
    })

    it('is streamed, and prefetched, as it is read', async () => {
      const streamed: Row[] = []
      for await (const row of new Things(opened.db).orderBy('id').aiterator({ chunkSize: 4 }))
        streamed.push(row)
      expect(streamed).toEqual(ours)
      const prefetched: unknown[] = []
      const boxes = new Boxes(opened.db).orderBy('id').prefetchRelated('things')
      for await (const box of boxes.aiterator({ chunkSize: 7 })) prefetched.push(...box.things)
      expect(prefetched).toEqual(ours)
    })

    it('finds its row', async () => {
      const repository = new Things(opened.db)
      for (const { name: column, sql } of columns) {
        // These have no operator for equality.
        if (/^(?:json|xml|point|box|circle|line|lseg|path|polygon)(?:\[\])?$/.test(sql)) continue
        for (const row of ours.slice(0, 3)) {
          const value = row[column]
          if (value === null || value === undefined) continue
          const found = await repository
            .filter({ [column]: Buffer.isBuffer(value) ? { exact: value } : { in: [value] } })
            .values('id')
            .toArray()
          expect(found, sql).toContainEqual({ id: row['id'] })
        }
      }
    })

    it('is kept to the microsecond', async () => {
      const at = `c${everyValue.findIndex(({ sql }) => sql === 'timestamptz')}`
      const repository = new Things(opened.db)
      await repository.all().delete()
      await opened.sql(`insert into things (id, ${at}) values (1, '2024-03-31 01:30:00.123457+00')`)
      const row = await repository.get({ id: 1 })
      expect(microsecondsBeyond(row[at] as Date)).toBe(457)
      expect(await repository.filter({ [at]: row[at] }).count()).toBe(1)
      await repository.create({ ...row, id: 2 })
      const same = `(${at} = '2024-03-31 01:30:00.123457+00')::text as same`
      expect(await opened.sql(`select ${same} from things`)).toEqual([{ same: 'true' }, { same: 'true' }])
    })
  })
})

const TABLES = [
  ...(['companies', 'users', 'userProfiles', 'addresses', 'categories', 'products', 'coupons'] as const),
  ...(['productCategories', 'orders', 'orderItems', 'payments', 'reviews', 'posts'] as const),
  ...(['orderSummaries', 'productSales'] as const),
]

describe('rows of the shop', () => {
  const read = async (shop: OnDialect) => {
    for (const statement of everyType.split(/;\s*$/m)) if (statement.trim() !== '') await shop.sql(statement)
    return Promise.all(TABLES.map((table) => shop[table].toArray() as Promise<unknown[]>))
  }
  let ours: unknown[][]
  beforeAll(async () => {
    await using opened = await openOn('sluice')
    ours = await read(opened)
  })

  it.each(OTHERS)(
    'are the same on the dialect of %s',
    async (name) => {
      await using opened = await openOn(name)
      expect(await read(opened)).toEqual(ours)
    },
    START_MS,
  )
})
