import { afterAll, beforeAll, expect, it } from 'vitest'
import { extendRepositories, UsageError } from 'sluice'
import { repositories } from '../../generated/index.js'
import type { Shop } from '../support/shop.js'
import { living, openScopedShop } from './scoped-shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openScopedShop()
})
afterAll(() => shop[Symbol.asyncDispose]())

/** As JavaScript gives it. */
const extend = (extensions: object) => () =>
  (extendRepositories as (...args: unknown[]) => (db: unknown) => object)(repositories, extensions)(shop.db)

it.each([
  ['a repository that is not there', { user: {} }, 'no repository "user". Did you mean "users"?'],
  ['an option that is not there', { users: { scop: {} } }, 'no "scop". Did you mean "scope"?'],
  ['what is no extension', { users: 1 }, 'takes for users an object'],
  ['a Map of extensions', new Map([['users', { scope: { isActive: true } }]]), 'and extensions by name'],
  ['a list of extensions', [{ users: {} }], 'and extensions by name'],
  ['a Map for an extension', { users: new Map([['scope', {}]]) }, 'takes for users an object'],
  ['a Map of scopes', { users: { scopes: new Map([['living', {}]]) } }, 'an object of filters by name'],
  ['a Map of methods', { users: { methods: new Map([['a', () => 1]]) } }, 'an object of functions'],
  ['a scope of an unknown field', { users: { scope: { isActiv: true } } }, 'Did you mean "isActive"?'],
  ['a scope with an undefined value', { users: { scope: { isActive: undefined } } }, 'undefined'],
  ['a scope that is undefined', { users: { scope: undefined } }, 'must be an object'],
  ['scopes that are none', { users: { scopes: [] } }, 'an object of filters by name'],
  ['a scope with an empty name', { users: { scopes: { '': {} } } }, 'an empty name'],
  ['defaults of an unknown field', { users: { defaults: { nme: 'x' } } }, 'Did you mean "name"?'],
  [
    'defaults that the server alone fills',
    { users: { defaults: { id: 1 } } },
    'computed by the server alone',
  ],
  ['defaults that are undefined', { users: { defaults: undefined } }, 'takes an object'],
  ['methods that are none', { users: { methods: { a: 1 } } }, 'The method a of users is an integer'],
  ['methods of another form', { users: { methods: [] } }, 'an object of functions'],
])('%s is refused when repositories are made', (_, extensions, message) => {
  expect(extend(extensions)).toThrow(message)
})

it.each(['filter', 'create', 'toArray', 'unscoped', 'made', 'state', 'constructor', 'toString', 'then'])(
  'a method %s() is refused, which would be taken for another',
  (name) => {
    expect(extend({ users: { methods: { [name]: () => 1 } } })).toThrow(UsageError)
    expect(extend({ users: { methods: { [name]: () => 1 } } })).toThrow(`cannot have a method ${name}()`)
  },
)

it('a scope and a method that there are already are refused when extended again', () => {
  const again = (extensions: object) => () =>
    (extendRepositories as (...args: unknown[]) => (db: unknown) => object)(living, extensions)(shop.db)
  expect(again({ users: { scope: { id: 1 } } })).toThrow('users has a scope already')
  expect(again({ posts: { scopes: { short: { id: 1 } } } })).toThrow('posts has a scope "short" already')
  expect(again({ users: { methods: { named: () => 1 } } })).toThrow('Give it another name')
})

it('what is no function of generated code is refused', () => {
  const anyhow = extendRepositories as (...args: unknown[]) => (db: unknown) => object
  expect(() => anyhow(repositories(shop.db), {})).toThrow(UsageError)
  expect(() => anyhow(() => ({}), {})(shop.db)).toThrow('the function "repositories" of generated code')
  expect(() => anyhow(repositories, undefined)).toThrow(UsageError)
})

it('a row that is created out of scope is not', async () => {
  const { users } = living(shop.db)
  const made = await users.create({ email: 'out@example.com', name: 'Out', isActive: false })
  expect(await users.contains(made)).toBe(false)
})
