import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { jsonNull, type Database, type Model, type Repository } from 'sluice'
import { repositories, type DB, type Repositories } from '../../generated/index.js'
import { everyType } from './every-type.js'
import { openShop, type Shop } from './shop.js'

const tables = [
  ...([
    'companies',
    'users',
    'userProfiles',
    'addresses',
    'categories',
    'products',
    'productCategories',
  ] as const),
  ...(['coupons', 'orders', 'orderItems', 'payments', 'reviews', 'posts', 'orderSummaries'] as const),
  'productSales' as const,
]
type Table = (typeof tables)[number]
type Row = Record<string, unknown>

/** A repository as one whose columns are only known at run time. */
function untyped(repository: object): Repository<Model & { row: Row }> {
  return repository as ReturnType<typeof untyped>
}

/** The rows of a table, which are read by one path after the other in the same order. */
function ordered(repos: Repositories, table: Table) {
  const repository = untyped(repos[table])
  const properties = repository.schema.columns.map(({ property }) => property)
  return { rows: repository.orderBy(...properties.slice(0, 2)), properties }
}

async function collect<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const row of rows) all.push(row)
  return all
}

const expected: Partial<Record<Table, Row[]>> = {
  users: [
    {
      id: 1,
      email: 'ada@example.com',
      name: 'Ada',
      isActive: true,
      birthDate: '1815-12-10',
      tags: ['a', 'b,c', '', null, 'NULL', '{}'],
      preferences: { theme: 'dark', n: [1, null, { deep: true }] },
      companyId: 1,
      referredBy: null,
      createdAt: new Date('2024-10-27T00:30:00.500Z'),
    },
    {
      id: 2,
      email: 'bob@example.com',
      name: String.raw`Bob '"\%_`,
      isActive: false,
      birthDate: null,
      tags: [],
      preferences: jsonNull,
      companyId: null,
      referredBy: 1,
      createdAt: new Date('-000043-03-15T12:00:00Z'),
    },
  ],
  userProfiles: [
    {
      userId: 1,
      bio: 'line\nline',
      avatar: Buffer.from([0x00, 0xff, 0x5c, 0x27, 0x61]),
      phone: '+44',
      newsletter: true,
      lastSeenAt: new Date('2024-02-29T23:59:59.999Z'),
    },
    { userId: 2, bio: null, avatar: null, phone: null, newsletter: false, lastSeenAt: null },
  ],
  companies: [
    {
      id: 1,
      name: 'Acme',
      countryCode: 'GB',
      website: 'https://acme.example',
      opensAt: '08:30:00',
      closesAt: '17:45:00.000001',
      createdAt: new Date('2024-03-31T01:30:00.123Z'),
    },
    {
      id: 2,
      name: 'Bare',
      countryCode: 'D ',
      website: null,
      opensAt: null,
      closesAt: null,
      createdAt: new Date(-1),
    },
  ],
  products: [
    {
      id: 1,
      supplierId: 1,
      sku: 'full',
      name: 'Full',
      description: '100% wool',
      status: 'active',
      labels: ['new', 'last-chance'],
      price: '12.50',
      cost: '0.10',
      margin: '12.40',
      weight: 0.1,
      dimensions: { widthMm: 1, heightMm: 2, depthMm: null },
      attributes: ['x', 1.5, null],
      stock: -2147483648,
      returnWindow: 'P1Y2M-3DT4H5M6.789S',
      createdAt: new Date('2024-06-01T12:00:00Z'),
    },
    {
      id: 2,
      supplierId: 1,
      sku: 'bare',
      name: 'Bare',
      description: null,
      status: 'draft',
      labels: [],
      price: '0.00',
      cost: '0.00',
      margin: '0.00',
      weight: null,
      dimensions: null,
      attributes: 'text',
      stock: 2147483647,
      returnWindow: 'P-1D',
      createdAt: new Date('2024-06-01T12:00:00.001Z'),
    },
    {
      id: 3,
      supplierId: 2,
      sku: 'odd',
      name: 'Odd',
      description: '',
      status: 'discontinued',
      labels: ['sale'],
      price: '9999999999.99',
      cost: '1.00',
      margin: '9999999998.99',
      weight: NaN,
      dimensions: { widthMm: null, heightMm: null, depthMm: null },
      attributes: {},
      stock: 0,
      returnWindow: 'PT0S',
      createdAt: new Date('2024-06-02T00:00:00Z'),
    },
  ],
  coupons: [
    {
      id: 1,
      code: 'FULL',
      discount: '12.50',
      validDuring: {
        lower: new Date('2024-01-01T00:00:00Z'),
        upper: new Date('2024-12-31T23:59:59.999Z'),
        bounds: '[)',
      },
      contact: 'ads@example.com',
      maxUses: 5,
    },
    {
      id: 2,
      code: 'OPEN',
      discount: '100.00',
      validDuring: { lower: null, upper: null, bounds: '()' },
      contact: null,
      maxUses: null,
    },
    {
      id: 3,
      code: 'NEVER',
      discount: '0.00',
      validDuring: { lower: null, upper: null, bounds: 'empty' },
      contact: null,
      maxUses: null,
    },
  ],
  payments: [
    {
      id: '00000000-0000-0000-0000-000000000000',
      orderId: 2n,
      method: 'gift-card',
      amount: '-0.01',
      providerResponse: null,
      clientAddress: null,
      paidAt: new Date('2024-06-01T10:00:02Z'),
    },
    {
      id: '6f1a2b3c-0000-4000-8000-00000000abcd',
      orderId: 1n,
      method: 'bank-transfer',
      amount: '37.50',
      providerResponse: { ok: true },
      clientAddress: '10.0.0.1/8',
      paidAt: new Date('2024-06-01T10:00:01Z'),
    },
  ],
  reviews: [
    {
      id: -9223372036854775808n,
      productId: 2,
      userId: 1,
      orderId: null,
      lineNumber: null,
      rating: 1,
      body: null,
      createdAt: new Date('2024-07-01T00:00:00Z'),
    },
    {
      id: 9223372036854775807n,
      productId: 1,
      userId: 1,
      orderId: 1n,
      lineNumber: 1,
      rating: 5,
      body: 'good',
      createdAt: new Date('2024-07-01T00:00:00Z'),
    },
  ],
  posts: [
    {
      id: 1,
      authorId: 1,
      editorId: 2,
      title: 'First',
      slug: 'first',
      body: 'text',
      tags: ['x'],
      scheduledFor: '2024-03-31 02:30:00.123456',
      publishedAt: new Date('2024-04-01T00:00:00Z'),
      createdAt: new Date('2024-03-01T00:00:00Z'),
    },
    {
      id: 2,
      authorId: 1,
      editorId: null,
      title: 'Draft',
      slug: 'draft',
      body: '',
      tags: [],
      scheduledFor: null,
      publishedAt: null,
      createdAt: new Date('2024-03-01T00:00:00Z'),
    },
  ],
  orderSummaries: [
    {
      orderId: 1n,
      userId: 1,
      email: 'ada@example.com',
      status: 'shipped',
      placedAt: new Date('2024-06-01T10:00:00Z'),
      itemCount: 2n,
      total: '37.50',
    },
    {
      orderId: 2n,
      userId: 2,
      email: 'bob@example.com',
      status: 'pending',
      placedAt: new Date('2024-06-03T10:00:00Z'),
      itemCount: 0n,
      total: '0',
    },
  ],
}

let shop: Shop
let strange: Database<DB>
beforeAll(async () => {
  shop = await openShop(everyType)
  const { name } = shop.database
  await shop.run(`
    ALTER DATABASE ${name} SET DateStyle = 'German, DMY';
    ALTER DATABASE ${name} SET IntervalStyle = 'sql_standard';
    ALTER DATABASE ${name} SET bytea_output = 'escape';
    ALTER DATABASE ${name} SET extra_float_digits = -10;
    ALTER DATABASE ${name} SET TimeZone = 'America/St_Johns';
    ALTER DATABASE ${name} SET xmlbinary = 'hex';
    ALTER DATABASE ${name} SET search_path = ''`)
  strange = shop.open()
})
afterAll(() => shop[Symbol.asyncDispose]())

const zone = process.env['TZ']
afterEach(() => {
  if (zone === undefined) delete process.env['TZ']
  else process.env['TZ'] = zone
})

describe.each([
  ['UTC', 0],
  ['Asia/Kathmandu', -345],
  ['America/New_York', 300],
])('with the process in %s', (timeZone, offset) => {
  describe.each(['default', 'unusual'])('and %s settings on the server', (settings) => {
    it.each(tables)('%s has the same values by every path', async (table) => {
      process.env['TZ'] = timeZone
      expect(new Date('2024-01-01T00:00:00Z').getTimezoneOffset()).toBe(offset)
      const { rows, properties } = ordered(repositories(settings === 'default' ? shop.db : strange), table)

      const read = await rows.toArray()
      expect(read.length).toBeGreaterThan(0)
      if (expected[table] !== undefined) expect(read).toStrictEqual(expected[table])

      expect(await collect(rows)).toStrictEqual(read)
      expect(await collect(rows.aiterator())).toStrictEqual(read)
      expect(await collect(rows.aiterator({ chunkSize: 1 }))).toStrictEqual(read)
      expect((await collect(rows.aiterator({ batchYieldSize: 2 }))).flat()).toStrictEqual(read)
      expect([...rows.iterator()]).toStrictEqual(read)
      expect([...rows.iterator({ chunkSize: 1, batchYieldSize: 2 })].flat()).toStrictEqual(read)
      expect(await rows.all().first()).toStrictEqual(read[0])
      expect(await rows.slice(0, 1).get()).toStrictEqual(read[0])
      expect(await rows.last()).toStrictEqual(read.at(-1))
      expect(await rows.values().toArray()).toStrictEqual(read)
      expect(await rows.values(...properties).toArray()).toStrictEqual(read)
      expect(await rows.valuesList(...properties).toArray()).toStrictEqual(
        read.map((row) => Object.values(row)),
      )
      for (const property of properties) {
        const column = read.map((row) => row[property])
        expect(await rows.valuesList(property, { flat: true }).toArray()).toStrictEqual(column)
        expect([...rows.valuesList(property, { flat: true }).iterator()]).toStrictEqual(column)
      }
    })
  })
})

it('bytes are copies that share nothing with each other', async () => {
  const [first] = await shop.repos.userProfiles.orderBy('userId').toArray()
  const [second] = await shop.repos.userProfiles.orderBy('userId').toArray()
  first!.avatar!.fill(0)
  expect(second!.avatar![1]).toBe(0xff)
  expect(second!.avatar!.buffer.byteLength).toBe(second!.avatar!.length)
})

describe('a value that has no place in its type throws, naming column and row', () => {
  const bad = `INSERT INTO posts (author_id, title, slug, created_at)
    VALUES (1, 'Ok', 'ok', now()), (1, 'Bad', 'bad', 'infinity')`

  it('by every path', async () => {
    await using other = await openShop(everyType)
    await other.run(bad)
    const rows = other.repos.posts.orderBy('id')
    const message = /public\.posts\.created_at, row 4 .*infinity/
    await expect(rows.toArray()).rejects.toThrow(message)
    await expect(collect(rows)).rejects.toThrow(message)
    await expect(collect(rows.aiterator({ chunkSize: 3 }))).rejects.toThrow(message)
    expect(() => [...rows.iterator({ chunkSize: 3 })]).toThrow(message)
    await expect(rows.toArray()).rejects.toMatchObject({ code: 'DECODE_ERROR' })
    expect(await rows.defer('createdAt').count()).toBe(4)
    expect((await rows.defer('createdAt').toArray()).length).toBe(4)
  })
})
