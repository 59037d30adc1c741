import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OptionError } from 'sluice'
import { openShop, type Shop } from './shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(`INSERT INTO users (email, name) SELECT n || '@x', n FROM generate_series(1, 5) AS n`)
})
afterAll(() => shop[Symbol.asyncDispose]())

interface Plan {
  readonly Plan: Readonly<Record<string, unknown>>
}

describe('explain', () => {
  it('prints the plan of the query, with its parameters bound', async () => {
    const plan = await shop.repos.users.filter({ name: "O'Brien" }).explain()
    expect(plan).toMatch(/Seq Scan on (public\.)?users/)
    expect(plan).toMatch(/Filter: .*O''Brien/)
    expect(plan.split('\n').length).toBeGreaterThan(1)
  })

  it('runs the query with analyze', async () => {
    const users = shop.repos.users.filter({ id: { lte: 3 } })
    expect(await users.explain()).not.toMatch(/actual/)
    expect(await users.explain({ analyze: true, timing: false, costs: false })).toMatch(/actual rows=3/)
    expect(await users.explain({ analyze: false })).not.toMatch(/actual/)
  })

  it('parses json', async () => {
    const plan = await shop.repos.users.explain({
      format: 'json',
      verbose: true,
      analyze: true,
      buffers: true,
    })
    const [{ Plan: node }] = plan as unknown as [Plan]
    expect(node['Node Type']).toBe('Seq Scan')
    expect(node['Actual Rows']).toBe(5)
    expect(node['Schema']).toBe('public')
    expect(node).toHaveProperty('Shared Hit Blocks')
  })

  it('prints the other formats', async () => {
    expect(await shop.repos.users.explain({ format: 'xml' })).toMatch(/^<explain /)
    expect(await shop.repos.users.explain({ format: 'yaml' })).toMatch(/^- Plan:/)
    expect(await shop.repos.users.explain({ format: 'text', settings: true })).toMatch(/Scan/)
  })

  it('explains slices, unions and locks', async () => {
    const { users } = shop.repos
    expect(await users.orderBy('name').slice(0, 2).explain()).toMatch(/Limit/)
    expect(await users.union(users, { all: true }).explain()).toMatch(/Append/)
    expect(await users.selectForUpdate().explain()).toMatch(/LockRows/)
  })

  it.each([
    [{ analyse: true }, /no option "analyse"\. Did you mean "analyze"\? Choices: analyze, verbose, costs/],
    [{ format: 'JSON' }, /no format "JSON"\. Did you mean "json"\? Choices: text, json, xml, yaml/],
    [{ analyze: 'true) select 1; --' }, /analyze of explain\(\) is true or false/],
    [{ analyze: 1 }, /true or false/],
  ])('refuses %j', async (options, message) => {
    const explained = shop.repos.users.explain(options as never)
    await expect(explained).rejects.toThrow(OptionError)
    await expect(explained).rejects.toThrow(message)
  })
})
