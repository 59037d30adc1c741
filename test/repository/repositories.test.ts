import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Repository, SchemaRegistry, UsageError, type PackedTables } from 'sluice'
import { repositories, schema, UsersRepository } from '../../generated/index.js'
import { openShop, type Shop } from '../support/shop.js'

let shop: Shop

beforeAll(async () => (shop = await openShop({ users: 1 })))
afterAll(() => shop[Symbol.asyncDispose]())

describe('repositories()', () => {
  it('makes each once, when it is asked for', () => {
    const repos = repositories(shop.db)
    expect(repos.users).toBeInstanceOf(UsersRepository)
    expect(repos.users).toBe(repos.users)
    expect(repositories(shop.db).users).not.toBe(repos.users)
  })

  it('shows every one to who goes through them, and nothing else', () => {
    const repos = repositories(shop.db)
    expect(Object.keys(repos)).toContain('users')
    expect(Object.keys(repos)).not.toContain('withSchema')
    const entries: [string, unknown][] = Object.entries(repos)
    expect(entries.every(([, each]) => each instanceof Repository)).toBe(true)
    expect({ ...repos }.orders).toBe(repos.orders)
    expect('users' in repos && !('nobody' in repos) && 'withSchema' in repos).toBe(true)
    expect((repos as object as Record<string, unknown>)['nobody']).toBeUndefined()
  })

  it('can be waited for, printed, and not changed', async () => {
    const repos = repositories(shop.db)
    expect(await Promise.resolve(repos)).toBe(repos)
    expect(inspect(repos)).toContain('{')
    expect(() => Object.assign(repos, { users: 1 })).toThrow(TypeError)
    expect(() => delete (repos as { users?: unknown }).users).toThrow(TypeError)
  })

  it('gives each class every table, so that one by itself follows relations', async () => {
    const users = new UsersRepository(shop.db)
    const without = users.filter({ company: null }).prefetchRelated('orders')
    expect((await without.toArray()).map(({ orders }) => orders)).toEqual([[]])
  })
})

describe('packed tables', () => {
  it('are refused in another form than this version reads, saying what to do', () => {
    const form = { version: 2, types: [], tables: [] } as unknown as PackedTables
    expect(() => new SchemaRegistry(form)).toThrow(UsageError)
    expect(() => new SchemaRegistry(form)).toThrow(
      /form 2, and this version of sluice reads form 1: run the generator/,
    )
  })

  it('are the same object each time', () => {
    expect(schema.table('public.users')).toBe(schema.table('public.users'))
    expect(() => schema.table('public.nobody')).toThrow(UsageError)
  })
})
