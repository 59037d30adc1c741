import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cast, coalesce, concat, exists, length, lower, outerRef, ref, subquery } from 'sluice'
import type { Shop } from '../queryset/shop.js'
import { byHand, everywhere, openDatedShop } from './agree.js'

let shop: Shop
beforeAll(async () => {
  shop = await openDatedShop()
})
afterAll(() => shop[Symbol.asyncDispose]())

describe('a field of an outer row within an expression', () => {
  it('is of the type that the expression takes', async () => {
    const { users, posts } = shop.repos
    const own = posts.filter({ authorId: outerRef('id') }).orderBy('id')
    const rows = users.orderBy('id').annotate({
      joined: subquery(own.values({ v: concat('title', outerRef('name')) }).slice(0, 1)),
      lower: subquery(own.values({ v: lower(outerRef('name')) }).slice(0, 1)),
      length: subquery(own.values({ v: length(outerRef('email')) }).slice(0, 1)),
      either: subquery(own.values({ v: coalesce('editorId', outerRef('companyId')) }).slice(0, 1)),
      apart: subquery(own.values({ v: ref('id').minus(outerRef('id')) }).slice(0, 1)),
    })
    const found = await everywhere(rows.values('id', 'joined', 'lower', 'length', 'either', 'apart'))
    expect(found).toEqual(
      await byHand(
        shop,
        `SELECT u.id, title || name AS joined, CASE WHEN p.id > 0 THEN lower(name) END AS lower,
          CASE WHEN p.id > 0 THEN length(email) END AS length,
          CASE WHEN p.id > 0 THEN coalesce(editor_id, company_id) END AS either, p.id - u.id AS apart
        FROM users u LEFT JOIN LATERAL (SELECT * FROM posts WHERE author_id = u.id ORDER BY id LIMIT 1) p ON true ORDER BY u.id`,
      ),
    )
  })

  it('is cast where the outer field is of another type that compares', async () => {
    const { orders, orderItems } = shop.repos
    // int8 beside int4.
    const rows = orders.orderBy('id').annotate({
      n: subquery(
        orderItems
          .filter({ orderId: outerRef('id') })
          .orderBy('lineNumber')
          .values({ v: ref('quantity').plus(outerRef('id')) })
          .slice(0, 1),
      ),
    })
    expect(await everywhere(rows.values('id', 'n'))).toEqual(
      await byHand(
        shop,
        `SELECT id, (SELECT (quantity + o.id)::int4 FROM order_items WHERE order_id = o.id ORDER BY line_number LIMIT 1) AS n
        FROM orders o ORDER BY id`,
      ).then((all) => all.map((row) => ({ ...(row as object), id: BigInt((row as { id: string }).id) }))),
    )
  })

  it('is found along a chain of annotations', async () => {
    const { companies, users, posts } = shop.repos
    const ofCompany = users.annotate({ c: outerRef('id') }).filter({ companyId: ref('c') })
    const writing = ofCompany.filter(
      exists(posts.annotate({ x: outerRef('c') }).filter({ id: { gt: ref('x') } })),
    )
    const rows = companies
      .orderBy('id')
      .annotate({ u: subquery(writing.orderBy('id').values('id').slice(0, 1)) })
    expect(await everywhere(rows.values('id', 'u'))).toEqual(
      await byHand(
        shop,
        `SELECT id, (SELECT u.id FROM users u WHERE u.company_id = c.id AND EXISTS (SELECT FROM posts p WHERE p.id > c.id)
          ORDER BY u.id LIMIT 1) AS u FROM companies c ORDER BY id`,
      ),
    )
    const named = users
      .annotate({ c: outerRef('name') })
      .filter({ companyId: outerRef('id') })
      .orderBy('id')
      .values('c')
      .slice(0, 1)
    expect(
      await everywhere(
        companies
          .orderBy('id')
          .annotate({ n: subquery(named) })
          .values('id', 'n'),
      ),
    ).toEqual(
      await byHand(
        shop,
        `SELECT id, CASE WHEN EXISTS (SELECT FROM users WHERE company_id = c.id) THEN name END AS n FROM companies c ORDER BY id`,
      ),
    )
  })

  it('has to be cast where nothing says what it is', () => {
    const { users, posts } = shop.repos
    const of = (value: ReturnType<typeof outerRef<'id'>>) =>
      subquery(posts.values({ v: coalesce(value, outerRef('companyId')) }).slice(0, 1))
    expect(() => users.annotate({ x: of(outerRef('id')) as never })).toThrow(
      /cannot tell the type of its column.*cast\(outerRef\('id'\), 'int4'\)/,
    )
    expect(() =>
      users.annotate({ x: subquery(posts.values({ v: cast(outerRef('id'), 'int8') }).slice(0, 1)) }),
    ).not.toThrow()
  })
})
