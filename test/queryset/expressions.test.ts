import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FieldError } from 'sluice'
import { openShop, type Shop } from './shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(`
    INSERT INTO companies (name, website) VALUES ('Acme', 'acme'), ('Bare', NULL);
    INSERT INTO users (email, name, is_active, birth_date, tags, company_id, created_at) VALUES
      ('ann@x', 'Ann', true, '2000-01-01', '{a,b}', 1, '2024-01-01 00:00:00+00'),
      ('bob@x', 'Bob', true, NULL, '{}', 1, '2024-01-02 00:00:00+00'),
      ('cat@x', 'Cat', false, '1990-01-01', '{}', NULL, '2024-01-03 00:00:00+00');
    UPDATE users SET referred_by = 1 WHERE id > 1;
    INSERT INTO posts (author_id, title, slug, body, published_at, created_at) VALUES
      (1, 'One', 'one', '', '2024-02-01', '2024-01-01'), (2, 'Two', 'two', '', NULL, '2024-01-01'),
      (3, 'Late', 'late', '', '2023-01-01', '2024-01-01')`)
})
afterAll(() => shop[Symbol.asyncDispose]())

type Condition = Parameters<Shop['repos']['users']['filter']>[number]

async function names(...conditions: Condition[]): Promise<string[]> {
  const { users } = shop.repos
  const found = await users.filter(...conditions).toArray()
  const others = await users.exclude(...conditions).toArray()
  expect([...found, ...others]).toHaveLength(3)
  return found.map(({ name }) => name).sort()
}

describe('a callback with the expression builder', () => {
  it('compares columns with columns and values', async () => {
    expect(await names((eb) => eb('id', '=', eb.ref('referred_by')))).toEqual([])
    expect(await names((eb) => eb('id', '>', eb.ref('company_id')))).toEqual(['Bob'])
    expect(await names((eb) => eb('users.name', 'in', ['Ann', 'Cat']))).toEqual(['Ann', 'Cat'])
    expect(await names((eb) => eb(eb.fn<string>('upper', ['name']), '=', 'BOB'))).toEqual(['Bob'])
    expect(await names(() => sql<boolean>`false or true`, { name: 'Ann' })).toEqual(['Ann'])
  })

  it('has an exact complement where it is unknown', async () => {
    expect(await names((eb) => eb('birth_date', '<', '1995-01-01'))).toEqual(['Cat'])
  })

  it('stands inside and, or, not', async () => {
    expect(await names({ or: [(eb) => eb('name', '=', 'Ann'), { name: 'Bob' }] })).toEqual(['Ann', 'Bob'])
    expect(await names({ and: [(eb) => eb('name', '<>', 'Ann'), { isActive: true }] })).toEqual(['Bob'])
    expect(await names({ not: (eb) => eb('birth_date', '<', '1995-01-01') })).toEqual(['Ann', 'Bob'])
  })

  it('is about the related table across a relation, whatever its alias', async () => {
    const { users, posts } = shop.repos
    const late = posts.filter({ author: { and: [(eb) => eb('users.name', '=', 'Cat')] } })
    expect(await late.valuesList('title', { flat: true }).toArray()).toEqual(['Late'])
    expect(
      await names({
        postsByAuthor: { some: { not: (eb) => eb('published_at', '>', eb.ref('created_at')) } },
      }),
    ).toEqual(['Bob', 'Cat'])
    const related = users.selectRelated('company').filter((eb) => eb('name', '=', 'Ann'))
    expect(await related.get()).toMatchObject({ name: 'Ann', company: { name: 'Acme' } })
  })

  it('correlates a subselect with the row, also on the table itself', async () => {
    expect(
      await names((eb) =>
        eb.exists(eb.selectFrom('users as u').select('u.id').whereRef('u.referred_by', '=', 'users.id')),
      ),
    ).toEqual(['Ann'])
    expect(
      await names((eb) =>
        eb(
          'id',
          '=',
          eb.selectFrom('users').select((inner) => inner.fn.max('id').as('id')),
        ),
      ),
    ).toEqual(['Cat'])
    const authors = shop.repos.posts.filter({
      author: {
        and: [
          (eb) =>
            eb.exists(eb.selectFrom('users as u').select('u.id').whereRef('u.referred_by', '=', 'users.id')),
        ],
      },
    })
    expect(await authors.valuesList('title', { flat: true }).toArray()).toEqual(['One'])
  })

  it('binds values of every kind, encoded when the queryset is built', async () => {
    const at = new Date('2024-01-02T00:00:00Z')
    const queryset = shop.repos.users.filter((eb) =>
      eb.and([
        eb('created_at', '>=', at),
        eb('is_active', '=', true),
        eb('id', '<', 5),
        sql<boolean>`tags = ${['a', 'b,c']}`,
        sql<boolean>`preferences = ${{ a: 1 }}`,
      ]),
    )
    at.setTime(0)
    expect(queryset.toSQL().parameters).toEqual([
      '2024-01-02 00:00:00+00',
      'true',
      '5',
      '{a,"b,c"}',
      '{"a":1}',
    ])
    expect(await queryset.toArray()).toEqual([])
    expect([
      ...shop.repos.users.filter((eb) => eb('created_at', '>', new Date('2024-01-02T12:00:00Z'))).iterator(),
    ]).toHaveLength(1)
  })
})

it.each<[string, (eb: never) => unknown, RegExp]>([
  [
    'nothing',
    () => undefined,
    /A callback in a filter of public\.users must return a Kysely expression.* not undefined/,
  ],
  ['a filter', () => ({ name: 'Ann' }), /must return a Kysely expression.* not an object/],
  ['a promise', async () => Promise.resolve(true), /must return a Kysely expression/],
  [
    'an unknown column',
    () => sql.ref('nope'),
    /public\.users has no column "nope" in SQL. Choices: id, email/,
  ],
  ['a column by its property', () => sql.ref('users.isActive'), /has no column "isActive" in SQL/],
])('a callback that returns %s is refused at once', (_, callback, message) => {
  const condition = callback as unknown as Condition
  expect(() => shop.repos.users.filter(condition)).toThrow(message)
  expect(() => shop.repos.users.filter({ not: condition as never })).toThrow(FieldError)
})
