import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { count, lower, OptionError, PositionError, UsageError } from 'sluice'
import type { LogEvent } from 'kysely'
import { Client } from 'pg'
import { repositories } from '../../generated/index.js'
import { openShop, type Shop } from './shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(`
    INSERT INTO companies (name) VALUES ('b'), ('a');
    INSERT INTO users (email, name, birth_date, company_id, created_at)
    SELECT 'u' || i || '@example.com', 'n' || i % 4, CASE WHEN i % 3 > 0 THEN date '1990-01-01' + i % 5 END,
           nullif(i % 3, 0), timestamptz '2024-03-10 12:00:00+00' + (i % 9) * interval '137 microseconds'
    FROM generate_series(1, 60) i;
    INSERT INTO products (supplier_id, sku, name, price, weight)
    SELECT 1, 's' || i, 'p' || i % 2, (i % 7)::numeric / 100, CASE i % 5 WHEN 0 THEN 'NaN' WHEN 1 THEN 1e-300 WHEN 2 THEN NULL ELSE 0.1 * i END
    FROM generate_series(1, 40) i;
    INSERT INTO posts (author_id, title, slug) SELECT 1 + i % 60, 't' || i, i FROM generate_series(1, 120) i;
    REFRESH MATERIALIZED VIEW product_sales`)
})
afterAll(() => shop[Symbol.asyncDispose]())

interface Paged {
  page(options: { size: number; after?: string | null; before?: string | null }): Promise<{
    rows: unknown[]
    next: string | null
    previous: string | null
  }>
}

/** All pages there, and all of them back from the last. */
async function walked(queryset: Paged, size: number): Promise<{ there: unknown[][]; back: unknown[][] }> {
  const there: unknown[][] = []
  let page = await queryset.page({ size })
  for (there.push(page.rows); page.next !== null; there.push(page.rows)) {
    expect(page.next).toMatch(/^[\w-]+$/)
    page = await queryset.page({ size, after: page.next })
  }
  const back: unknown[][] = [page.rows]
  while (page.previous !== null) {
    page = await queryset.page({ size, before: page.previous })
    back.unshift(page.rows)
  }
  return { there, back }
}

describe('pages have each row once, in order, there and back', () => {
  const orders = {
    'without an order, by the primary key': () => shop.repos.users,
    'by microseconds': () => shop.repos.users.orderBy('createdAt'),
    'by microseconds, the last first': () => shop.repos.users.orderBy('-createdAt'),
    'in several directions': () => shop.repos.users.orderBy('name', '-createdAt', 'email'),
    'with NULLs last': () => shop.repos.users.orderBy('birthDate'),
    'with NULLs first, as descending has them': () => shop.repos.users.orderBy('-birthDate', 'name'),
    'with NULLs first where they are asked for': () =>
      shop.repos.users.orderBy({ birthDate: 'asc', nulls: 'first' }, '-companyId'),
    'with NULLs last descending': () => shop.repos.users.orderBy({ companyId: 'desc', nulls: 'last' }),
    'by a related row that may be missing': () => shop.repos.users.orderBy('company.name', '-name'),
    'by an expression': () => shop.repos.users.orderBy(lower('email').desc()),
    'by an annotation': () => shop.repos.users.annotate({ n: count('postsByAuthor') }).orderBy('-n', 'name'),
    'by numeric': () => shop.repos.products.orderBy('-price'),
    'by floats, NaN among them': () => shop.repos.products.orderBy('weight', '-name'),
    'by an enum and an array': () => shop.repos.products.orderBy('status', '-labels'),
    'of filtered rows': () => shop.repos.users.filter({ name: { ne: 'n1' } }).orderBy('-name'),
    'of a turned order': () => shop.repos.users.orderBy('name', '-birthDate').reverse(),
    'of fields that the order is not among': () => shop.repos.users.orderBy('createdAt').values('email'),
    'of values alone': () => shop.repos.products.orderBy('-price', 'sku').valuesList('price', { flat: true }),
  }

  it.each(Object.entries(orders))('%s', async (_, queryset) => {
    const rows = await queryset().page({ size: 1000 })
    expect(rows).toMatchObject({ next: null, previous: null })
    expect(rows.rows.length).toBe(await queryset().count())
    for (const size of [7, 20]) {
      const { there, back } = await walked(queryset(), size)
      expect(there.flat()).toEqual(rows.rows)
      expect(there.slice(0, -1).every((page) => page.length === size)).toBe(true)
      // Back from the last page the pages are cut where they were.
      expect(back).toEqual(there)
    }
  })

  it('and the order is the one that was asked for', async () => {
    const queryset = shop.repos.users.orderBy('-name', 'createdAt', 'id')
    expect((await walked(queryset, 9)).there.flat()).toEqual(await queryset.toArray())
  })

  it('with joined and prefetched rows, which are read for the rows of the page alone', async () => {
    const { users } = shop.repos
    const page = await users.selectRelated('company').prefetchRelated('postsByAuthor').page({ size: 2 })
    expect(
      page.rows.map(({ id, company, postsByAuthor }) => [id, company?.name, postsByAuthor.length]),
    ).toEqual([
      [1, 'b', 2],
      [2, 'a', 2],
    ])
    expect(Object.keys(page.rows[0] ?? {})).toContain('createdAt')
  })

  it('whatever was written or deleted between two pages', async () => {
    await using other = await openShop(
      `INSERT INTO companies (name) SELECT 'c' || i FROM generate_series(10, 19) i`,
    )
    const companies = other.repos.companies.orderBy('name')
    const first = await companies.page({ size: 4 })
    await other.run(`DELETE FROM companies WHERE name = 'c13'; INSERT INTO companies (name) VALUES ('c00')`)
    const second = await companies.page({ size: 4, after: first.next })
    expect(second.rows.map(({ name }) => name)).toEqual(['c14', 'c15', 'c16', 'c17'])
    const before = await companies.page({ size: 4, before: second.previous })
    expect(before.rows.map(({ name }) => name)).toEqual(['c00', 'c10', 'c11', 'c12'])
  })

  it('empty ones lead back', async () => {
    const { users } = shop.repos
    const { next } = await users.page({ size: 59 })
    const last = await users.page({ size: 5, after: next })
    const position = last.previous
    const none = await users.filter({ id: { lt: 0 } }).page({ size: 5 })
    expect(none).toEqual({ rows: [], next: null, previous: null })
    expect((await users.page({ size: 1, before: position })).rows).toMatchObject([{ id: 59 }])
    expect(await users.none().page({ size: 5 })).toEqual({ rows: [], next: null, previous: null })
  })
})

describe('the statement of a page', () => {
  /** The last statement, and its plan without sequential scans. */
  const secondPage = async (
    queryset: (repos: Shop['repos']) => Paged,
  ): Promise<{ sql: string; plan: string }> => {
    const statements: { sql: string; parameters: readonly unknown[] }[] = []
    const db = shop.open({
      log: ({ query: { sql, parameters } }: LogEvent) => void statements.push({ sql, parameters }),
    })
    const asked = queryset(repositories(db))
    await asked.page({ size: 3, after: (await asked.page({ size: 3 })).next })
    const { sql = '', parameters = [] } = statements.at(-1) ?? {}
    const client = new Client(shop.database.url)
    await client.connect()
    try {
      await client.query('SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off')
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${sql}`, [...parameters])
      return { sql, plan: rows.map((row) => row['QUERY PLAN']).join('\n') }
    } finally {
      await client.end()
    }
  }
  beforeAll(() =>
    shop.run('CREATE INDEX ON users (created_at, id); CREATE INDEX ON users (name, created_at DESC, id)'),
  )

  it('compares rows where directions agree, which an index serves', async () => {
    for (const [order, operator] of [
      ['createdAt', '>'],
      ['-createdAt', '<'],
    ] as const) {
      const { sql, plan } = await secondPage(({ users }) => users.orderBy(order))
      expect(sql).toContain(`("users"."created_at", "users"."id") ${operator} (cast(`)
      expect(plan).toMatch(/Index Cond: \(ROW\(created_at, id\) [<>] ROW\(/)
      expect(plan).not.toMatch(/Sort|Filter/)
    }
  })

  it('has a range of the first field where they do not', async () => {
    const { sql, plan } = await secondPage(({ users }) => users.orderBy('name', '-createdAt', 'id'))
    expect(sql).toContain('"users"."name" >= ')
    expect(plan).toMatch(/Index Cond: \(name >= /)
    expect(plan).not.toMatch(/Sort/)
  })
})

describe('a position is refused', () => {
  const next = async (): Promise<string> =>
    (await shop.repos.users.filter({ name: 'n1' }).orderBy('createdAt').page({ size: 3 })).next ?? ''
  const again = (position: unknown) =>
    shop.repos.users
      .filter({ name: 'n2' })
      .orderBy('createdAt')
      .page({ size: 3, after: position as string })

  it('not for other values in the same filter, nor another size', async () => {
    expect((await again(await next())).rows.length).toBe(3)
  })

  it('of another order, filter or table, and says which', async () => {
    const position = await next()
    const { users, companies } = shop.repos
    const named = users.filter({ name: 'n1' })
    const page = { size: 3, after: position }
    await expect(named.orderBy('-createdAt').page(page)).rejects.toThrow(
      /another queryset .* the order differs/,
    )
    await expect(named.orderBy('createdAt', 'name').page(page)).rejects.toThrow(/the order differs/)
    await expect(users.orderBy('createdAt').page(page)).rejects.toThrow(/the filter differs/)
    await expect(
      users
        .filter({ name: { ne: 'n1' } })
        .orderBy('createdAt')
        .page(page),
    ).rejects.toThrow(/the filter differs/)
    await expect(users.exclude({ name: 'n1' }).orderBy('createdAt').page(page)).rejects.toThrow(
      /the filter differs/,
    )
    await expect(companies.page(page)).rejects.toThrow(/public\.companies: the table differs/)
  })

  it('that was cut or made up, or is of a newer version', async () => {
    const position = await next()
    const document = JSON.parse(Buffer.from(position, 'base64url').toString()) as unknown[]
    const made = (change: (document: unknown[]) => unknown) =>
      Buffer.from(JSON.stringify(change(document))).toString('base64url')
    const values = (list: unknown[]) => made((parts) => [...parts.slice(0, -1), list])
    const wrong = {
      cut: position.slice(0, -3),
      empty: '',
      'no base64url': `${position}=`,
      'no string': 7,
      'an object': made(() => ({})),
      'without values': made((parts) => parts.slice(0, -1)),
      'too few values': values(['2024-03-10 12:00:00+00']),
      'a value of another type': values(['2024-03-10 12:00:00+00', "1' or true"]),
      'a number that is no text': values(['2024-03-10 12:00:00+00', 1]),
      'NULL where there is none': values([null, '1']),
    }
    for (const [name, each] of Object.entries(wrong))
      await expect(again(each), name).rejects.toThrow(PositionError)
    await expect(again(made(([, ...parts]) => [2, ...parts]))).rejects.toThrow(/newer version/)
    await expect(again(wrong.cut)).rejects.toMatchObject({ code: 'INVALID_POSITION' })
  })
})

describe('page() is refused', () => {
  it('where rows have no total order', async () => {
    const { users, productSales } = shop.repos
    await expect(productSales.page({ size: 3 })).rejects.toThrow(/no primary key and no unique key/)
    await expect(users.slice(0, 9).page({ size: 3 })).rejects.toThrow(UsageError)
    await expect(users.values('name').distinct().page({ size: 3 })).rejects.toThrow(/distinct\(\) rows/)
    await expect(users.values('name').annotate({ n: count() }).page({ size: 3 })).rejects.toThrow(/groups/)
    await expect(users.union(users).page({ size: 3 })).rejects.toThrow(UsageError)
  })

  it('with wrong options', async () => {
    const { users } = shop.repos
    await expect(users.page({ size: 0 })).rejects.toThrow(OptionError)
    await expect(users.page({ size: 3, after: 'a', before: 'b' })).rejects.toThrow(
      /after or before, not both/,
    )
    // @ts-expect-error as JavaScript may call it
    await expect(users.page({ after: 'a' })).rejects.toThrow(/size/)
  })

  it('and called off by a signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(shop.repos.users.page({ size: 3, signal })).rejects.toThrow('enough')
  })
})
