import type { LogEvent } from 'kysely'
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import { EncodeError, FieldError, UsageError } from 'sluice'
import type { Post, User } from '../../generated/index.js'
import { openShop, type Shop } from './shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(`
    INSERT INTO companies (name) VALUES ('Acme');
    INSERT INTO users (email, name, company_id)
    SELECT 'u' || i || '@example.com', 'u' || i, CASE WHEN i % 2 = 0 THEN 1 END FROM generate_series(1, 6) i;
    INSERT INTO posts (author_id, editor_id, title, slug)
    SELECT 1 + i % 5, nullif(i % 4, 0), 't' || i, i FROM generate_series(1, 20) i`)
})
afterAll(() => shop[Symbol.asyncDispose]())

describe('prefetchInto', () => {
  it('gives rows at hand what prefetchRelated() gives those that it reads', async () => {
    const { users, posts } = shop.repos
    const wanted = users.prefetchRelated('company', 'postsByAuthor.editor').prefetchRelated({
      latest: { postsByEditor: posts.orderBy('-id').slice(0, 2) },
    })
    const rows = await users.orderBy('id').toArray()
    expect(await wanted.prefetchInto(rows)).toEqual(await wanted.orderBy('id').toArray())
    expect(rows[0]).not.toHaveProperty('postsByAuthor')
  })

  it('goes by keys of several fields, and through link tables', async () => {
    const { products, orderItems } = shop.repos
    const rows = [{ id: 7, supplierId: 1, note: 'not in the table' }]
    expect(await products.prefetchRelated('categories', 'supplier').prefetchInto(rows)).toMatchObject([
      { id: 7, note: 'not in the table', categories: [], supplier: { name: 'Acme' } },
    ])
    expect(await orderItems.prefetchRelated('order').prefetchInto([])).toEqual([])
  })

  it('needs no more of rows than what their relations are found by, and leaves the rest as it is', async () => {
    const given = [
      { id: 2, note: 'from a queue', postsByAuthor: 'stale' as never },
      { id: 2, note: 'again' },
      { id: 6, note: 'without posts' },
      { id: 99, note: 'gone' },
    ]
    const rows = await shop.repos.users
      .prefetchRelated({ postsByAuthor: shop.repos.posts.orderBy('id').only('title') })
      .prefetchInto(given)
    expect(rows.map(({ note, postsByAuthor }) => [note, postsByAuthor.map(({ title }) => title)])).toEqual([
      ['from a queue', ['t1', 't6', 't11', 't16']],
      ['again', ['t1', 't6', 't11', 't16']],
      ['without posts', []],
      ['gone', []],
    ])
    expect(rows[0]?.postsByAuthor).not.toBe(rows[1]?.postsByAuthor)
  })

  it('has one query for each relation, and none for the rows', async () => {
    const sent: string[] = []
    await using db = shop.open({ log: ({ query }: LogEvent) => void sent.push(query.sql) })
    const { users } = shop.repos
    await users
      .using(db)
      .prefetchRelated('company', 'postsByAuthor')
      .prefetchInto([{ id: 1, companyId: 1 }])
    expect(sent.map((sql) => /from "public"\."(\w+)"/.exec(sql)?.[1])).toEqual(['companies', 'posts'])
    await users.using(db).prefetchRelated('company').prefetchInto([])
    await users
      .using(db)
      .prefetchRelated('company')
      .prefetchInto([{ companyId: null }])
    expect(sent.length).toBe(2)
  })

  it('reads within a transaction what that has written', async () => {
    const { users, posts } = shop.repos
    const undone = shop.db.transaction().execute(async (trx) => {
      await posts.using(trx).create({ authorId: 6, title: 'new', slug: 'new' })
      const [row] = await users
        .using(trx)
        .prefetchRelated('postsByAuthor')
        .prefetchInto([{ id: 6 }])
      expect(row?.postsByAuthor.map(({ title }) => title)).toEqual(['new'])
      throw new Error('undone')
    })
    await expect(undone).rejects.toThrow('undone')
  })

  it('locks what its queryset locks, within a transaction alone', async () => {
    const { users, posts } = shop.repos
    const locking = users.prefetchRelated({ postsByAuthor: posts.selectForUpdate() })
    await expect(locking.prefetchInto([{ id: 1 }])).rejects.toThrow(
      /selectForUpdate\(\) runs inside a transaction/,
    )
    await shop.db.transaction().execute(async (trx) => {
      expect((await locking.using(trx).prefetchInto([{ id: 1 }]))[0]?.postsByAuthor.length).toBe(4)
    })
  })

  it('is called off by its signal', async () => {
    const read = shop.repos.users.prefetchRelated('company').prefetchInto([{ companyId: 1 }], {
      signal: AbortSignal.abort(new Error('enough')),
    })
    await expect(read).rejects.toThrow('enough')
  })

  it('has rows of the type that they are of', async () => {
    const [row] = await shop.repos.users.prefetchRelated('postsByAuthor').prefetchInto([{ id: 1, at: 5 }])
    expectTypeOf(row).toEqualTypeOf<{ id: number; at: number; postsByAuthor: Post[] } | undefined>()
    const [whole] = await shop.repos.users
      .prefetchRelated('referredByUser')
      .prefetchInto([{} as User])
      .catch(() => [undefined])
    expectTypeOf(whole?.referredByUser).toEqualTypeOf<User | null | undefined>()
  })

  it.each<[string, () => Promise<unknown>, new (...args: never[]) => Error, RegExp]>([
    [
      'a queryset that prefetches nothing',
      () => shop.repos.users.prefetchInto([]),
      UsageError,
      /call prefetchRelated\(\) before/,
    ],
    [
      'a row without the field',
      () => into([{ id: 1 }, {}]),
      FieldError,
      /finds "postsByAuthor" of public.users by "id", which the row at 1 does not have/,
    ],
    ['what is no row', () => into([5]), FieldError, /takes rows: at 0 there is an integer/],
    ['what is no array', () => into({ id: 1 }), FieldError, /takes an array of rows, not an object/],
    ['a key of another type', () => into([{ id: 'x' }]), EncodeError, /"id" of the row at 0/],
    ['a filter', () => related().filter({ id: 1 }).prefetchInto([]), UsageError, /without filter\(\)/],
    ['an order', () => related().orderBy('id').prefetchInto([]), UsageError, /without orderBy\(\)/],
    ['a slice', () => related().slice(0, 5).prefetchInto([]), UsageError, /without slice\(\)/],
    [
      'joined rows',
      () => related().selectRelated('company').prefetchInto([]),
      UsageError,
      /without selectRelated\(\)/,
    ],
    [
      'fewer fields',
      () => related().only('name').prefetchInto([]),
      UsageError,
      /without values\(\), only\(\)/,
    ],
  ])('refuses %s', async (_, read, kind, message) => {
    const failed = expect(read()).rejects
    await failed.toThrow(message)
    await failed.toBeInstanceOf(kind)
  })
})

function related() {
  return shop.repos.users.prefetchRelated('postsByAuthor')
}

function into(rows: unknown): Promise<unknown> {
  return related().prefetchInto(rows as never)
}

describe('ordered', () => {
  it('says whether there is an order', () => {
    const { users } = shop.repos
    expect(
      [users, users.orderBy('id'), users.orderBy('id').orderBy(), users.reverse()].map(
        ({ ordered }) => ordered,
      ),
    ).toEqual([false, true, false, true])
  })
})
