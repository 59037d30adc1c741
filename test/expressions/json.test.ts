import { afterAll, beforeAll, expect, it } from 'vitest'
import { coalesce, count, jsonNull, jsonPath, lookup, sum, value } from 'sluice'
import type { Shop } from '../queryset/shop.js'
import { everywhere, openDatedShop } from './agree.js'

let shop: Shop
beforeAll(async () => {
  shop = await openDatedShop()
})
afterAll(() => shop[Symbol.asyncDispose]())

it('a path gives the document there, or a value of the type that is named', async () => {
  const users = shop.repos.users
    .only('id')
    .filter({ id: { lt: 4 } })
    .orderBy('id')
    .annotate({
      theme: jsonPath('preferences', ['theme']),
      plan: jsonPath('preferences', ['plan', 'name'], 'text'),
      seats: jsonPath('preferences', ['plan', 'seats'], 'int4'),
      last: jsonPath('preferences', ['plan', 'tags', -1], 'text'),
      all: jsonPath('preferences', ['plan', 'tags']),
    })
  expect(await everywhere(users)).toEqual([
    { id: 1, theme: 'dark', plan: 'pro', seats: 5, last: 'b', all: ['a', 'b'] },
    { id: 2, theme: jsonNull, plan: 'Free', seats: null, last: null, all: null },
    { id: 3, theme: null, plan: null, seats: null, last: null, all: null },
  ])
})

it('finds, sorts and groups', async () => {
  const { users, posts } = shop.repos
  const plan = jsonPath('preferences', ['plan', 'name'], 'text')
  expect(await everywhere(users.only('id').filter(lookup(plan, { iExact: 'FREE' })))).toEqual([{ id: 2 }])
  expect(
    await everywhere(
      users.filter(lookup(jsonPath('preferences', ['plan', 'seats'], 'int4'), { gte: 5 })).values('id'),
    ),
  ).toEqual([{ id: 1 }])
  expect(
    await users
      .orderBy(plan.desc({ nulls: 'last' }), '-id')
      .valuesList('id', { flat: true })
      .toArray(),
  ).toEqual([1, 2, 4, 3])
  const groups = posts
    .values({ plan: coalesce(jsonPath('author.preferences', ['plan', 'name'], 'text'), value('none')) })
    .annotate({ n: count(), seats: sum(jsonPath('author.preferences', ['plan', 'seats'], 'int4')) })
    .orderBy('plan')
  expect((await everywhere(groups)).sort((a, b) => b.n - a.n)).toEqual([
    { plan: 'pro', n: 3, seats: 15 },
    { plan: 'Free', n: 1, seats: null },
    { plan: 'none', n: 1, seats: null },
  ])
})

it('keys are values, whatever is in them', async () => {
  const hostile = `'}, {"x\\` + '"$1; DROP TABLE users --'
  await shop.repos.users.filter({ id: 4 }).update({ preferences: { [hostile]: { '1': 'found' } } })
  const users = shop.repos.users.only('id').annotate({ x: jsonPath('preferences', [hostile, 1], 'text') })
  expect(users.toSQL().sql).not.toContain('DROP')
  expect(await everywhere(users.filter({ x: { isNull: false } }))).toEqual([{ id: 4, x: 'found' }])
})
