import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { count, expr, max, SchemaDriftError, sum, UsageError } from 'sluice'
import { sql, type ExpressionBuilder } from 'kysely'
import type { DB } from '../../generated/index.js'
import { openShop, type Shop } from './shop.js'

type Users = ExpressionBuilder<DB, 'users'>

let shop: Shop
beforeAll(async () => {
  shop = await openShop(`
    INSERT INTO companies (name) SELECT chr(96 + n) FROM generate_series(1, 5) AS n;
    INSERT INTO users (email, name, company_id)
    SELECT 'u' || n || '@x', 'u' || n, n / 2 FROM generate_series(2, 7) n`)
})
afterAll(() => shop[Symbol.asyncDispose]())

describe('callbacks, which name columns as in SQL', () => {
  it('filter and compute what is aggregated over the rows of a slice', async () => {
    const { users } = shop.repos
    const last = users.orderBy('-id').slice(0, 3)
    expect(
      await last.aggregate({
        n: count({ filter: (eb: Users) => eb('company_id', '=', 3) }),
        also: count({ filter: (eb: Users) => eb('users.company_id', '=', 3) }),
        total: sum(expr('int4', (eb) => eb('company_id', '*', 10))),
      }),
    ).toEqual({ n: 2, also: 2, total: 80 })
  })

  it('of distinct rows and of combined ones, by the columns that these have', async () => {
    const { users } = shop.repos
    const distinct = users.values('companyId').distinct()
    const total = sum(expr('int4', (eb) => eb.ref('company_id')))
    expect(await distinct.aggregate({ total })).toEqual({ total: 6 })
    const both = users.filter({ id: 1 }).union(users.filter({ id: { lt: 3 } }))
    expect(await both.aggregate({ last: max(expr('text', (eb) => eb.ref('name'))) })).toEqual({ last: 'u3' })
    await expect(distinct.aggregate({ x: max(expr('text', (eb) => eb.ref('name'))) })).rejects.toThrow(
      'public.users has no column "name" in SQL. Choices: company_id.',
    )
  })

  it('reach the row of a slice from a subquery', async () => {
    const { users } = shop.repos
    const inSlice = await users
      .orderBy('id')
      .slice(0, 2)
      .aggregate({
        n: count({
          filter: (eb: Users) =>
            eb.exists(
              eb
                .selectFrom('companies')
                .select('companies.id')
                .whereRef('companies.id', '=', 'users.company_id')
                .where('companies.name', '=', 'a'),
            ),
        }),
      })
    expect(inSlice).toEqual({ n: 2 })
  })

  it('stand in conditions across relations, within each other, and with subqueries', async () => {
    const { companies } = shop.repos
    const named = companies.filter({ users: { some: (eb) => eb('name', 'like', '%3') } })
    expect(await named.valuesList('name', { flat: true }).toArray()).toEqual(['a'])
    const colleague = companies.filter({
      users: {
        some: {
          and: [
            { company: { and: [(eb) => eb('name', '=', 'b')] } },
            (eb) =>
              eb.exists(
                eb
                  .selectFrom('users as other')
                  .select('other.id')
                  .whereRef('other.company_id', '=', 'users.company_id')
                  .whereRef('other.id', '<', 'users.id'),
              ),
          ],
        },
      },
    })
    expect(await colleague.valuesList('name', { flat: true }).toArray()).toEqual(['b'])
    expect(await companies.filter({ users: { none: (eb) => eb('id', '>', 0) } }).count()).toBe(2)
  })

  it('reach rows further out by the names of their tables, whatever they are called there', async () => {
    const { companies } = shop.repos
    const orders = companies.filter({
      users: { some: { company: { and: [(eb) => eb('id', '=', sql.ref<number>('users.company_id'))] } } },
    })
    expect(await orders.count()).toBe(3)
    const none = companies.filter({
      users: { some: { company: { and: [(eb) => eb('id', '<', sql.ref<number>('users.company_id'))] } } },
    })
    expect(await none.count()).toBe(0)
  })

  it('say so where they name a table that is nowhere', async () => {
    const { companies } = shop.repos
    const astray = companies.filter({ users: { some: (eb) => eb('id', '=', sql.ref<number>('posts.id')) } })
    await expect(astray.toArray()).rejects.toThrow('take it by selectFrom()')
    await expect(astray.toArray()).rejects.not.toThrow(SchemaDriftError)
    expect(() => [...astray.iterator()]).toThrow('take it by selectFrom()')
  })

  it('are refused beside a path to related rows, which do not tell whose columns are meant', () => {
    const { companies } = shop.repos
    const beside = expr('int4', (eb) => eb.ref('id')).plus('users.id' as 'id')
    expect(() => companies.annotate({ n: sum(beside) })).toThrow(UsageError)
  })
})
