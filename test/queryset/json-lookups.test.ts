import { afterAll, beforeAll, expect, it } from 'vitest'
import { jsonNull, type JsonCondition } from 'sluice'
import { openShop, type Shop } from './shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(`
    INSERT INTO users (email, name, preferences) VALUES
      ('a@x', 'empty', '{}'), ('b@x', 'dark', '{"theme": "dark", "size": {"x": 1}}'), ('c@x', 'list', '["theme", 1]'),
      ('d@x', 'null', 'null'), ('e@x', 'text', '"dark"'), ('f@x', 'unset', '{"theme": null, "?": 1}')`)
})
afterAll(() => shop[Symbol.asyncDispose]())

it.each<[JsonCondition, string[]]>([
  [{ exact: { theme: 'dark', size: { x: 1 } } }, ['dark']],
  [{ exact: {} }, ['empty']],
  [{ exact: jsonNull }, ['null']],
  [jsonNull, ['null']],
  ['dark', ['text']],
  [['theme', 1], ['list']],
  [{ in: [{}, ['theme', 1], jsonNull] }, ['empty', 'list', 'null']],
  [{ contains: { theme: 'dark' } }, ['dark']],
  [{ contains: { size: { x: 1 } } }, ['dark']],
  [{ contains: { theme: null } }, ['unset']],
  [{ contains: {} }, ['empty', 'dark', 'unset']],
  [{ contains: [1] }, ['list']],
  [{ contains: jsonNull }, ['null']],
  [{ containedBy: { theme: 'dark', size: { x: 1 }, more: true } }, ['empty', 'dark']],
  [{ hasKey: 'theme' }, ['dark', 'list', 'unset']],
  [{ hasKey: '?' }, ['unset']],
  [{ hasKeys: ['theme', 'size'] }, ['dark']],
  [{ hasKeys: [] }, ['empty', 'dark', 'list', 'null', 'text', 'unset']],
  [{ hasAnyKeys: ['size', '?'] }, ['dark', 'unset']],
  [{ hasAnyKeys: [] }, []],
])('preferences by %j', async (preferences, names) => {
  const { users } = shop.repos
  const found = users.filter({ preferences }).orderBy('id').valuesList('name', { flat: true })
  expect(await found.toArray()).toEqual(names)
  expect((await users.exclude({ preferences }).count()) + names.length).toBe(6)
})

it.each<[Record<string, unknown>, RegExp]>([
  [{ contains: null }, /"contains" of public\.users\.preferences takes no null/],
  [{ contains: { a: undefined } }, /preferences: JSON cannot hold undefined/],
  [{ hasKey: 1 }, /preferences\.hasKey takes a string, not an integer of 1 digit/],
  [{ hasKeys: 'a' }, /preferences\.hasKeys takes an array of strings/],
  [{ hasAnyKeys: ['a', null] }, /preferences\.hasAnyKeys takes an array of strings/],
  [
    { theme: 'dark' },
    /has no lookup "theme". Choices: .*hasAnyKeys, .*\. A value that is an object goes into/,
  ],
])('refuses %j', (preferences, message) => {
  expect(() => shop.repos.users.filter({ preferences })).toThrow(message)
})
