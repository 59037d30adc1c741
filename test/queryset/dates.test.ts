import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import { count, lower, UsageError } from 'sluice'
import { everywhere } from '../expressions/agree.js'
import { openShop, type Shop } from './shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(`
    INSERT INTO users (email, name, birth_date, created_at)
    SELECT n || '@x', 'u', CASE WHEN n > 1 THEN date '2000-01-31' + 17 * n::int END, moment
    FROM unnest('{2023-12-31 23:30:00+00,2024-01-15 00:00:00+00,2024-01-31 12:00:00+00,2024-03-01 00:00:00+00}'::timestamptz[])
      WITH ORDINALITY m (moment, n)`)
})
afterAll(() => shop[Symbol.asyncDispose]())

const month = (text: string) => new Date(`${text}-01T00:00:00Z`)

describe('dates', () => {
  it('are the moments of a field cut to a unit, each once, in order, by every path', async () => {
    const { users } = shop.repos
    const months = users.dates('createdAt', 'month')
    expectTypeOf(await months.first()).toEqualTypeOf<Date | null>()
    expect(await months.toArray()).toEqual([month('2023-12'), month('2024-01'), month('2024-03')])
    expect([...months.iterator()]).toEqual(await months.toArray())
    expect(await months.count()).toBe(3)
    const latest = users.dates('createdAt', 'year', { order: 'desc' })
    expect(await latest.toArray()).toEqual([month('2024-01'), month('2023-01')])
    expect(await latest.slice(0, 1).toArray()).toEqual([month('2024-01')])
  })

  it('are looked at in a time zone', async () => {
    const inKolkata = shop.repos.users.dates('createdAt', 'year', { timeZone: 'Asia/Kolkata' })
    expect(await inKolkata.toArray()).toEqual([new Date('2023-12-31T18:30:00Z')])
  })

  it('leave out NULLs, replace the order, and are of the type of the field', async () => {
    const { users } = shop.repos
    const days = users
      .orderBy('-id')
      .filter({ id: { lt: 4 } })
      .dates('birthDate', 'month')
    expectTypeOf(await days.toArray()).toEqualTypeOf<string[]>()
    expect(await days.toArray()).toEqual(['2000-03-01'])
  })

  it('are groups where they are counted', async () => {
    const { users, orders } = shop.repos
    const counted = users.annotate({ n: count('orders') }).filter({ n: 0 })
    expect(await counted.dates('createdAt', 'quarter').toArray()).toEqual([
      month('2023-10'),
      month('2024-01'),
    ])
    expect(await orders.dates('user.createdAt', 'day').toArray()).toEqual([])
    expect(await everywhere(users.values('name').distinct())).toEqual([{ name: 'u' }])
  })

  it('go as distinct values of any expression go', async () => {
    const { users } = shop.repos
    const letters = users.valuesList(lower('email'), { flat: true }).distinct().orderBy(lower('email').desc())
    expect(await letters.toArray()).toEqual(['4@x', '3@x', '2@x', '1@x'])
    expect([...letters.iterator()]).toEqual(await letters.toArray())
  })

  it('refuse what is no moment, an unknown unit or option, and slices', () => {
    const { users } = shop.repos
    expect(() => users.dates('name', 'month')).toThrow('trunc() takes a date or a moment')
    expect(() => users.dates('birthDate', 'hour')).toThrow('trunc() cuts a date to no "hour"')
    expect(() => users.dates('createdAt', 'month', { order: 'up' as 'asc' })).toThrow('order')
    expect(() => users.dates('createdAt', 'month', { zone: 'UTC' } as object)).toThrow('"zone"')
    // @ts-expect-error by types as well
    expect(() => void users.slice(0, 1).dates('createdAt', 'month')).toThrow(UsageError)
    // @ts-expect-error no field
    expect(() => users.dates('created', 'month')).toThrow('public.users has no field "created"')
  })
})
