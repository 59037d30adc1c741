import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { count, UsageError } from 'sluice'
import { openShop, type Shop } from './shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(`
    INSERT INTO users (email, name, is_active) VALUES ('ann@x', 'Ann', true), ('bob@x', 'Bob', false),
      ('cat@x', 'Cat', true);
    UPDATE users SET referred_by = 1 WHERE id = 3;
    INSERT INTO posts (author_id, editor_id, title, slug, tags) VALUES (1, NULL, 'One', 'one', '{x}'),
      (2, 1, 'Two', 'two', '{}'), (3, 2, 'Three', 'three', '{x}')`)
})
afterAll(() => shop[Symbol.asyncDispose]())

async function titles(condition: Parameters<Shop['repos']['posts']['filter']>[number]): Promise<string[]> {
  const { posts } = shop.repos
  const found = await posts.filter(condition).orderBy('id').toArray()
  const others = await posts.exclude(condition).toArray()
  expect([...found, ...others]).toHaveLength(3)
  return found.map(({ title }) => title)
}

describe('in takes a queryset', () => {
  it('of one column', async () => {
    const active = shop.repos.users.filter({ isActive: true })
    expect(await titles({ authorId: { in: active.values('id') } })).toEqual(['One', 'Three'])
    expect(await titles({ authorId: { in: active.valuesList('id') } })).toEqual(['One', 'Three'])
    expect(await titles({ authorId: { in: active.valuesList('id', { flat: true }) } })).toEqual([
      'One',
      'Three',
    ])
    expect(await titles({ not: { title: { in: active.values('name') } } })).toEqual(['One', 'Two', 'Three'])
  })

  it('of whole rows, for their primary keys', async () => {
    const { users } = shop.repos
    expect(await titles({ authorId: { in: users.filter({ isActive: true }) } })).toEqual(['One', 'Three'])
    expect(await titles({ authorId: { in: users } })).toEqual(['One', 'Two', 'Three'])
    expect(await titles({ authorId: { in: users.only('name').orderBy('-name').slice(0, 1) } })).toEqual([
      'Three',
    ])
    expect(
      await titles({ authorId: { in: users.selectRelated('company').prefetchRelated('postsByAuthor') } }),
    ).toHaveLength(3)
  })

  it('with its slice, order and own subqueries', async () => {
    const { users, posts } = shop.repos
    const last = users.orderBy('-id').slice(0, 1).values('id')
    expect(await titles({ authorId: { in: last } })).toEqual(['Three'])
    const writers = users.filter({
      id: { in: posts.filter({ tags: { contains: ['x'] } }).values('authorId') },
    })
    expect(await titles({ authorId: { in: writers.filter({ referredBy: null }) } })).toEqual(['One'])
  })

  it('with NULLs, which match nothing and leave the complement whole', async () => {
    const { posts } = shop.repos
    expect(await titles({ authorId: { in: posts.values('editorId') } })).toEqual(['One', 'Two'])
    expect(await titles({ editorId: { in: posts.values('authorId') } })).toEqual(['Two', 'Three'])
    expect(await titles({ editorId: { notIn: posts.values('authorId') } })).toEqual(['One'])
    expect(await titles({ authorId: { notIn: posts.values('editorId') } })).toEqual(['Three'])
  })

  it('in one statement with one list of parameters', () => {
    const { users, posts } = shop.repos
    const { sql, parameters } = posts
      .filter({ title: 'a', authorId: { in: users.filter({ name: 'b' }).slice(0, 3) }, slug: 'c' })
      .toSQL()
    expect(parameters).toEqual(['a', 'b', '3', 'c'])
    expect(sql).toMatch(/"author_id" in \(select .*"name" = \$2 limit \$3\) and .*"slug" = \$4/)
  })

  it('across a relation', async () => {
    const { users } = shop.repos
    const condition = { author: { referredBy: { in: users.filter({ name: 'Ann' }) } } }
    expect(await titles(condition)).toEqual(['Three'])
  })

  it('that is annotated, grouped, combined or distinct by fields', async () => {
    const { users, posts } = shop.repos
    const writers = users.annotate({ n: count('postsByAuthor') }).filter({ n: 1, name: { lt: 'C' } })
    expect(await titles({ authorId: { in: writers } })).toEqual(['One', 'Two'])
    const groups = posts
      .values('authorId')
      .annotate({ n: count() })
      .filter({ n: { gt: 1 } })
    expect(await titles({ authorId: { in: groups.values('authorId') } })).toEqual([])
    const both = users.filter({ name: 'Ann' }).union(users.filter({ name: 'Bob' }))
    expect(await titles({ authorId: { in: both } })).toEqual(['One', 'Two'])
    expect(await titles({ authorId: { in: both.orderBy('-id').slice(0, 1).values('id') } })).toEqual(['Two'])
    const newest = posts.orderBy('tags', '-id').distinct('tags')
    expect(await titles({ id: { in: newest } })).toEqual(['Two', 'Three'])
  })

  it('in what is written and computed', async () => {
    const { users, posts } = shop.repos
    const editors = posts.values('editorId')
    expect(await users.filter({ id: { in: editors } }).update({ isActive: true })).toBe(2)
    expect(await users.aggregate({ n: count({ filter: { id: { in: editors } } }) })).toEqual({ n: 2 })
  })

  it('refuses what has not one column, or another type', () => {
    const { users, posts } = shop.repos
    const several = users.values('id', 'name')
    expect(() => posts.filter({ authorId: { in: several } })).toThrow(UsageError)
    expect(() => posts.filter({ authorId: { in: several } })).toThrow(
      'A queryset of public.users that "in" or subquery() takes must have one column, not 2',
    )
    // @ts-expect-error a text column for an integer
    expect(() => posts.filter({ authorId: { in: users.values('name') } })).toThrow(
      'public.posts.authorId.in takes a queryset of int4 values, not of text.',
    )
  })
})

describe('what can match nothing sends no query', () => {
  const none: never[] = []
  it.each([
    ['an empty in', { id: { in: none } }],
    ['an empty in beside others', { title: 'One', id: { in: none } }],
    ['an empty or', { or: [] }],
    ['an or of such', { or: [{ id: { in: none } }, { and: [{ title: 'x' }, { slug: { in: none } }] }] }],
    ['across a relation', { author: { id: { in: none } } }],
    ['the complement of everything', { not: { not: { or: [] } } }],
  ])('%s', async (_, condition) => {
    const { posts } = shop.repos
    // A queryset that cannot connect shows that none is sent.
    const queryset = posts.using(unreachable()).filter(condition)
    expect(await queryset.toArray()).toEqual([])
    expect(await queryset.count()).toBe(0)
    expect(await queryset.exists()).toBe(false)
    expect(await queryset.first()).toBeNull()
    expect([...queryset.iterator()]).toEqual([])
    for await (const row of queryset.aiterator()) expect(row).toBeUndefined()
    expect(queryset.toSQL().sql).toMatch(/^select /)
    expect(await titles(condition)).toEqual([])
    expect(await posts.exclude(condition).count()).toBe(3)
  })

  it('and leaves what it is a part of as it is', async () => {
    const { users, posts } = shop.repos
    const nobody = users.filter({ id: { in: none } })
    expect(await nobody.union(users.filter({ name: 'Ann' })).count()).toBe(1)
    expect(await nobody.aggregate({ n: count() })).toEqual({ n: 0 })
    expect(await nobody.update({ isActive: true })).toBe(0)
    expect(await nobody.delete()).toBe(0)
    const author = users
      .filter({ name: 'Ann' })
      .prefetchRelated({ postsByAuthor: posts.filter({ id: { in: none } }) })
    expect(await author.get()).toMatchObject({ postsByAuthor: [] })
  })

  it('a queryset of none()', async () => {
    const nobody = shop.repos.users.none()
    expect(
      await shop.repos.posts
        .using(unreachable())
        .filter({ authorId: { in: nobody } })
        .toArray(),
    ).toEqual([])
  })

  it('excluding everything', async () => {
    expect(await shop.repos.posts.using(unreachable()).exclude({ and: [] }).toArray()).toEqual([])
  })

  it('but a null among the values, or a filter beside an or, does', async () => {
    expect(await titles({ editorId: { in: [null] } })).toEqual(['One'])
    expect(await titles({ or: [{ id: { in: [] } }, { title: 'Two' }] })).toEqual(['Two'])
  })
})

function unreachable(): ReturnType<Shop['open']> {
  return shop.open({ connectionString: 'postgres://nobody@127.0.0.1:1/nowhere' })
}
