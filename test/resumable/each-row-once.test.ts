import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Batch } from 'sluice'
import { Random } from '../queryset/random.js'
import { openShop, type Shop } from '../queryset/shop.js'
import { openThings, type Key, type OpenThings } from './things.js'

const COUNT = 230
const seed = Number(process.env.SEED ?? 1)
const orders = Number(process.env.ORDERS ?? 40)

let open: OpenThings
let shop: Shop
beforeAll(async () => {
  open = await openThings(COUNT)
  shop = await openShop(`
    INSERT INTO companies (name) VALUES ('b'), ('a');
    INSERT INTO users (email, name, company_id)
    SELECT 'u' || i || '@example.com', 'n' || i % 4, nullif(i % 3, 0) FROM generate_series(1, 60) i;
    INSERT INTO posts (author_id, title, slug) SELECT 1 + i % 60, 't' || i, i FROM generate_series(1, 120) i;
    REFRESH MATERIALIZED VIEW product_sales`)
})
afterAll(() => Promise.all([open[Symbol.asyncDispose](), shop[Symbol.asyncDispose]()]))

interface Resumable<R> {
  resumable(options: { batchSize: number; after: string | undefined }): AsyncIterable<Batch<R>>
}

/** Walks with a batch size of chance, crashes in bodies of chance, and resumes behind the last that was done. */
async function walked<R>(queryset: () => Resumable<R>, random: Random): Promise<R[]> {
  const done: R[] = []
  let saved: string | undefined
  for (;;) {
    try {
      for await (const { rows, checkpoint } of queryset().resumable({
        batchSize: 1 + random.below(40),
        after: saved,
      })) {
        expect(checkpoint).toMatch(/^[\w-]+$/)
        if (random.below(4) === 0) throw new Error('crashed')
        done.push(...rows)
        saved = checkpoint
      }
      return done
    } catch (error) {
      if ((error as Error).message !== 'crashed') throw error
    }
  }
}

/** An order of one to four fields, each in any direction and with NULLs at either end. */
function orderBy(random: Random): Key[] {
  const fields = new Set(Array.from({ length: 1 + random.below(4) }, () => random.pick(names)))
  return [...fields].map((field) =>
    random.pick<Key>([
      field,
      `-${field}`,
      { [field]: random.pick(['asc', 'desc']), nulls: random.pick(['first', 'last']) } as unknown as Key,
    ]),
  )
}

/** The primary key's fields that an order lacks, in the direction of its last field. */
function keyBehind(keys: readonly Key[]): Key[] {
  const given = keys.map((key) =>
    typeof key === 'string' ? key.replace('-', '') : (Object.keys(key)[0] ?? ''),
  )
  const last = keys.at(-1)
  const isDown = typeof last === 'string' ? last.startsWith('-') : Object.values(last ?? {})[0] === 'desc'
  return (['a', 'b'] as const)
    .filter((name) => !given.includes(name))
    .map((name): Key => (isDown ? `-${name}` : name))
}

const names = [
  ...([
    'a',
    'b',
    'mood',
    'price',
    'weight',
    'name',
    'plain',
    'alike',
    'label',
    'at',
    'local',
    'day',
  ] as const),
  ...(['span', 'bytes', 'isDone', 'tags'] as const),
]

describe('a walk that crashes and resumes has each row once, in order', () => {
  it.each(Array.from({ length: orders }, (_, index) => seed + index))('SEED=%i', async (each) => {
    const random = new Random(each)
    const keys = orderBy(random)
    const queryset = open.things.by(keys)
    const all = await queryset.resumable({ batchSize: 1000 }).next()
    const rows: unknown[] = all.value?.rows ?? []
    expect(rows.length, JSON.stringify(keys)).toBe(COUNT)
    expect(await walked(() => queryset, random), JSON.stringify(keys)).toEqual(rows)
    // The order is the one that was asked for, and the key behind it.
    expect(await open.things.by([...keys, ...keyBehind(keys)]).toArray()).toEqual(rows)
    // And from its end.
    const back = await walked(() => queryset.reverse(), random)
    expect(back, JSON.stringify(keys)).toEqual(rows.toReversed())
  })

  const querysets = {
    'by the primary key': () => shop.repos.users,
    'by a related row that may be missing': () => shop.repos.users.orderBy('company.name', '-name'),
    'of filtered rows': () => shop.repos.users.filter({ name: { ne: 'n1' } }).orderBy('-name'),
    'with only()': () => shop.repos.users.only('name').orderBy('companyId', '-email'),
    'with values() that the order is not among': () => shop.repos.users.orderBy('name').values('email'),
    'with values alone': () => shop.repos.users.orderBy('-name').valuesList('email', { flat: true }),
    'with joined rows': () => shop.repos.posts.selectRelated('author.company').orderBy('-title'),
    'with prefetched rows': () =>
      shop.repos.users.prefetchRelated('postsByAuthor.author').orderBy('name', '-id'),
  }
  it.each(Object.entries(querysets))('%s', async (_, queryset) => {
    const { value } = (await queryset().resumable({ batchSize: 1000 }).next()) as { value?: Batch<unknown> }
    const rows = value?.rows ?? []
    expect(rows.length).toBe(await queryset().count())
    expect(await walked(queryset as () => Resumable<unknown>, new Random(3))).toEqual(rows)
  })
})

describe('batches', () => {
  const sizes = async (batchSize: number) => {
    const all: number[] = []
    for await (const { rows } of shop.repos.users.orderBy('companyId').resumable({ batchSize }))
      all.push(rows.length)
    return all
  }

  it('are as large as was asked for, but for the last', async () => {
    expect(await sizes(17)).toEqual([17, 17, 17, 9])
    expect(await sizes(30)).toEqual([30, 30])
    expect(await sizes(1000)).toEqual([60])
  })

  it('are none where there are no rows', async () => {
    const { users } = shop.repos
    for await (const batch of users.none().resumable()) expect.unreachable(JSON.stringify(batch))
    for await (const batch of users.filter({ id: 0 }).resumable()) expect.unreachable(JSON.stringify(batch))
  })

  it('have the order that was asked for', async () => {
    const queryset = shop.repos.users.orderBy('-name', 'company.name', 'id')
    expect(await walked(() => queryset, new Random(5))).toEqual(await queryset.toArray())
  })
})
