import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { coalesce, count, length, mod, rank, ref, sum } from 'sluice'
import type { Shop } from '../queryset/shop.js'
import { byHand, everywhere, openDatedShop } from './agree.js'

let shop: Shop
beforeAll(async () => {
  shop = await openDatedShop()
})
afterAll(() => shop[Symbol.asyncDispose]())

const ids = (rows: readonly { readonly id: number | bigint }[]) => rows.map(({ id }) => Number(id))

describe('an annotation that rows have can be ordered by', () => {
  const named = () => shop.repos.users.annotate({ l: length('name') })

  it('within an expression', async () => {
    const wanted = await byHand(shop, 'SELECT id FROM users ORDER BY length(name) * -1, id')
    for (const queryset of [
      named().orderBy(ref('l').times(-1).asc(), 'id'),
      named().orderBy(coalesce('l', 0).desc(), 'id'),
      named()
        .annotate({ m: ref('l').times(-1) })
        .orderBy('m', 'id'),
    ])
      expect(ids(await everywhere(queryset.values('id', 'l')))).toEqual(
        wanted.map((row) => (row as { id: number }).id),
      )
    const [first] = wanted as { id: number }[]
    expect((await named().orderBy(ref('l').times(-1).asc(), 'id').first())?.id).toBe(first?.id)
    const { rows } = await named().orderBy(ref('l').times(-1).asc()).page({ size: 2 })
    expect(rows).toHaveLength(2)
    expect(await named().orderBy(ref('l').times(-1).asc(), 'id').slice(1, 2).toArray()).toHaveLength(1)
  })

  it('within a window', async () => {
    const { users } = shop.repos
    const ranked = users.annotate({ l: length('name') }).orderBy(rank().over({ orderBy: '-l' }).asc(), 'id')
    expect(ids(await ranked.toArray())).toEqual(
      ids(
        (await byHand(
          shop,
          'SELECT id FROM users ORDER BY rank() OVER (ORDER BY length(name) DESC), id',
        )) as never,
      ),
    )
  })

  it('of groups', async () => {
    const { orders } = shop.repos
    const groups = orders.values('status').annotate({ n: count() }).orderBy(mod('n', 2).desc(), 'status')
    expect(await everywhere(groups)).toEqual(
      await byHand(
        shop,
        `SELECT status, count(*)::int AS n FROM orders GROUP BY status ORDER BY count(*) % 2 DESC, status`,
      ),
    )
  })

  it('of rows that are prefetched, some for each', async () => {
    const { users, posts } = shop.repos
    const longest = posts
      .annotate({ l: length('title') })
      .orderBy(ref('l').times(-1).asc(), 'id')
      .slice(0, 1)
    const rows = await users.prefetchRelated({ postsByAuthor: longest }).toArray()
    for (const { postsByAuthor } of rows) expect(postsByAuthor.length).toBeLessThanOrEqual(1)
  })
})

describe('a field across a relation that has a name', () => {
  it('comes under that name', async () => {
    const { users } = shop.repos
    const wanted = await byHand(
      shop,
      'SELECT u.id, c.name AS cn FROM users u LEFT JOIN companies c ON c.id = company_id ORDER BY u.id',
    )
    expect(
      await everywhere(
        users
          .annotate({ cn: ref('company.name') })
          .orderBy('id')
          .values('id', 'cn'),
      ),
    ).toEqual(wanted)
    expect(await everywhere(users.values({ id: 'id', cn: 'company.name' }).orderBy('id'))).toEqual(wanted)
    const again = users.orderBy('id').values({ cn: 'company.name' }).values('cn')
    expect(await everywhere(again)).toEqual(wanted.map((row) => ({ cn: (row as { cn: unknown }).cn })))
    const list = users
      .annotate({ cn: ref('company.name') })
      .orderBy('id')
      .valuesList('cn', { flat: true })
    expect(await list.toArray()).toEqual(wanted.map((row) => (row as { cn: unknown }).cn))
  })

  it('can be named among groups by it', async () => {
    const { orders } = shop.repos
    const groups = orders
      .values({ who: 'user.name' })
      .annotate({ n: count(), s: sum('userId') })
      .orderBy('who')
    const wanted = await byHand(
      shop,
      'SELECT u.name AS who, count(*)::int AS n FROM orders o JOIN users u ON u.id = user_id GROUP BY 1 ORDER BY 1',
    )
    expect(await everywhere(groups.values('who', 'n'))).toEqual(wanted)
    const paths = orders.values('user.name').annotate({ n: count() }).orderBy('user.name').values('n')
    expect(await everywhere(paths)).toEqual(wanted.map((row) => ({ n: (row as { n: number }).n })))
  })
})
