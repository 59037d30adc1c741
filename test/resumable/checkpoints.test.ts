import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { count, OptionError, PositionError, SchemaDriftError, UsageError, type Batch } from 'sluice'
import { openShop, type Shop } from '../queryset/shop.js'
import { openThings, Things, thingsTable } from './things.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(`
    INSERT INTO users (email, name) SELECT 'u' || i || '@example.com', 'n' || i % 2 FROM generate_series(1, 30) i;
    REFRESH MATERIALIZED VIEW product_sales`)
})
afterAll(() => shop[Symbol.asyncDispose]())

const first = async <R>(batches: AsyncIterableIterator<Batch<R>>): Promise<Batch<R>> => {
  const { value } = (await batches.next()) as { value: Batch<R> }
  return value
}
const named = (name: string) => shop.repos.users.filter({ name }).orderBy('createdAt')
const saved = async () => (await first(named('n1').resumable({ batchSize: 4 }))).checkpoint

describe('a checkpoint', () => {
  it('is a string for URLs', async () => {
    expect(await saved()).toMatch(/^[\w-]+$/)
  })

  it('does not depend on the size of batches', async () => {
    const four = await first(named('n1').resumable({ batchSize: 4 }))
    const batches = named('n1').resumable({ batchSize: 2 })
    await batches.next()
    expect((await first(batches)).checkpoint).toBe(four.checkpoint)
  })

  it('is that of the last row of its batch, made before the body runs', async () => {
    const { rows, checkpoint } = await first(named('n1').resumable({ batchSize: 4 }))
    const next = await first(named('n1').resumable({ batchSize: 1, after: checkpoint }))
    expect(next.rows[0]?.id).toBe((rows[3]?.id ?? 0) + 2)
  })

  it('holds whatever is read of each row', async () => {
    const after = await saved()
    const of = named('n1').prefetchRelated('postsByAuthor').selectRelated('company').only('email')
    expect((await first(of.resumable({ after }))).rows).toHaveLength(11)
  })

  it('of the last row leads to what has come since', async () => {
    await using other = await openShop(`INSERT INTO companies (name) VALUES ('a'), ('b')`)
    const { companies } = other.repos
    const { checkpoint: after } = await first(companies.resumable())
    expect(await companies.resumable({ after }).next()).toEqual({ done: true, value: undefined })
    await other.run(`INSERT INTO companies (name) VALUES ('c')`)
    expect((await first(companies.resumable({ after }))).rows).toMatchObject([{ name: 'c' }])
  })

  it('may be null or undefined, for a walk from the first row', async () => {
    for (const after of [null, undefined])
      expect((await first(named('n1').resumable({ after }))).rows).toHaveLength(15)
  })
})

describe('a checkpoint is refused at the call, so that nothing is walked', () => {
  it('of another table, order or filter, and says which', async () => {
    const after = await saved()
    const { users, companies } = shop.repos
    const refusals = {
      'public.companies: the table differs': () => companies.resumable({ after }),
      'the order differs': () =>
        users.filter({ name: 'n1' }).orderBy('createdAt', 'name').resumable({ after }),
      'public.users: the order differs': () => named('n1').reverse().resumable({ after }),
      'the filter differs': () => users.orderBy('createdAt').resumable({ after }),
      'this one on public.users: the filter differs': () =>
        users
          .exclude({ name: { ne: 'n1' } })
          .orderBy('createdAt')
          .resumable({ after }),
      'a value in the filter or the order differs': () => named('n2').resumable({ after }),
    }
    for (const [message, call] of Object.entries(refusals)) {
      expect(call, message).toThrow(PositionError)
      expect(call, message).toThrow(message)
    }
  })

  it('of another value wherever it is in the filter', async () => {
    const { users } = shop.repos
    const since = (day: string) => users.filter({ createdAt: { gte: new Date(day) } })
    const { checkpoint } = await first(since('2020-01-01').resumable({ batchSize: 1 }))
    expect(() => since('2020-01-02').resumable({ after: checkpoint })).toThrow(/a value in the filter/)
    since('2020-01-01').resumable({ after: checkpoint })
    const above = (id: number) => users.filter((eb) => eb('id', '>', id))
    const other = await first(above(3).resumable({ batchSize: 1 }))
    expect(() => above(4).resumable({ after: other.checkpoint })).toThrow(/a value in the filter/)
    above(3).resumable({ after: other.checkpoint })
  })

  it('that was cut or made up', async () => {
    const after = await saved()
    const document = JSON.parse(Buffer.from(after, 'base64url').toString()) as unknown[]
    const made = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url')
    const [version, ...parts] = document
    const wrong = {
      cut: after.slice(0, -3),
      'cut to nothing': '',
      'with a letter changed': after.replace(/.$/, (end) => (end === 'A' ? 'B' : 'A')),
      'no base64url': `${after}=`,
      'no string': 7,
      'with other values': made(version, ...parts.slice(0, -1), ['2024-03-10 12:00:00+00', '7']),
      'without values': made(version, ...parts.slice(0, -1)),
      'without a seal': made(version, ...parts.slice(0, -2), parts.at(-1)),
      'begun anew by hand': made(version, ...parts.slice(0, -1), null),
    }
    for (const [name, each] of Object.entries(wrong)) {
      const call = () => named('n1').resumable({ after: each as string })
      expect(call, name).toThrow(PositionError)
      expect(call, name).toThrow(/it was cut or made up/)
    }
  })

  it('of a newer version', async () => {
    const [, ...parts] = JSON.parse(Buffer.from(await saved(), 'base64url').toString()) as unknown[]
    const after = Buffer.from(JSON.stringify([2, ...parts])).toString('base64url')
    expect(() => named('n1').resumable({ after })).toThrow(/checkpoint .* newer version of sluice/)
  })

  it('that is a position of page(), as are positions of page() that are checkpoints', async () => {
    const { next: after } = await named('n1').page({ size: 2 })
    expect(() => named('n1').resumable({ after })).toThrow(/is a position of page\(\)/)
    const position = await saved()
    await expect(named('n1').page({ size: 2, after: position })).rejects.toThrow(
      /is a checkpoint of resumable\(\)/,
    )
  })

  it('when the type of a field, or the key, is another in the schema', async () => {
    await using open = await openThings(10)
    const { checkpoint: after } = await first(open.things.orderBy('at').resumable({ batchSize: 2 }))
    const retyped = new Things(open.db, {
      ...thingsTable,
      columns: thingsTable.columns.map((each) =>
        each.property === 'at' ? { ...each, type: 'timestamp' } : each,
      ),
    })
    expect(() => retyped.orderBy('at').resumable({ after })).toThrow(/the order differs/)
    const rekeyed = new Things(open.db, { ...thingsTable, primaryKey: ['b'] })
    expect(() => rekeyed.orderBy('at').resumable({ after })).toThrow(/the order differs/)
  })
})

describe('where the database no longer has what the order goes by, nothing is walked', () => {
  const walk = async (change: string) => {
    await using open = await openThings(10)
    const { checkpoint: after } = await first(open.things.orderBy('at').resumable({ batchSize: 2 }))
    await open.run(change)
    await open.things.orderBy('at').resumable({ after }).next()
  }

  it('a dropped field', async () => {
    await expect(walk('ALTER TABLE things DROP at')).rejects.toThrow(SchemaDriftError)
    await expect(walk('ALTER TABLE things DROP a')).rejects.toThrow(/no longer has a column/)
  })

  it('a field of another type', async () => {
    for (const type of ['text', 'timestamp', 'int USING 1']) {
      const walked = walk(`ALTER TABLE things ALTER at TYPE ${type}`)
      await expect(walked, type).rejects.toThrow(SchemaDriftError)
      await expect(walked, type).rejects.toThrow(/the generated code.*Run the generator again/)
    }
  })
})

describe('resumable() is refused', () => {
  it('where rows have no total order', () => {
    const { users, productSales } = shop.repos
    expect(() => productSales.resumable()).toThrow(/no primary key and no unique key without NULLs/)
    expect(() => users.slice(0, 9).resumable()).toThrow(UsageError)
    expect(() => users.values('name').distinct().resumable()).toThrow(/distinct\(\) rows/)
    expect(() => users.values('name').annotate({ n: count() }).resumable()).toThrow(/groups/)
    expect(() => users.union(users).resumable()).toThrow(UsageError)
  })

  it('with wrong options', () => {
    const { users } = shop.repos
    expect(() => users.resumable({ batchSize: 0 })).toThrow(OptionError)
    expect(() => users.resumable({ chunkSize: 5 } as object)).toThrow(
      /resumable\(\) has no option "chunkSize"/,
    )
  })

  it('for rows to be locked outside of a transaction', async () => {
    await expect(shop.repos.users.selectForUpdate().resumable().next()).rejects.toThrow(UsageError)
  })
})
