import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cast, count, extract, lookup, ref, sum, trunc } from 'sluice'
import type { Shop } from '../queryset/shop.js'
import { byHand, everywhere, openDatedShop } from './agree.js'

let shop: Shop
beforeAll(async () => {
  shop = await openDatedShop()
})
afterAll(() => shop[Symbol.asyncDispose]())

describe('extract', () => {
  const parts = {
    year: 'year',
    isoYear: 'isoyear',
    quarter: 'quarter',
    month: 'month',
    week: 'week',
    day: 'day',
    dayOfYear: 'doy',
    isoWeekDay: 'isodow',
    hour: 'hour',
    minute: 'minute',
  } as const

  it.each(['UTC', 'Europe/Berlin', 'America/St_Johns'])(
    'takes every part, as clocks show it in %s',
    async (timeZone) => {
      for (const [part, field] of Object.entries(parts)) {
        const orders = shop.repos.orders
          .orderBy('id')
          .values({ x: extract(part as keyof typeof parts, 'placedAt', { timeZone }) })
        expect(await orders.toArray(), part).toEqual(
          await byHand(
            shop,
            `SELECT extract(${field} FROM placed_at AT TIME ZONE '${timeZone}')::int4 AS x FROM orders ORDER BY id`,
          ),
        )
      }
    },
  )

  it('counts days of the week from Sunday, and cuts seconds', async () => {
    const orders = shop.repos.orders
      .only('id')
      .orderBy('id')
      .annotate({
        weekDay: extract('weekDay', 'placedAt'),
        second: extract('second', 'placedAt'),
        micro: extract('microsecond', 'placedAt'),
        epoch: extract('epoch', 'placedAt'),
      })
    expect(await everywhere(orders)).toEqual([
      { id: 1n, weekDay: 4, second: 0, micro: 0, epoch: 1706743800 },
      { id: 2n, weekDay: 7, second: 0, micro: 0, epoch: 1707566400 },
      { id: 3n, weekDay: 5, second: 30, micro: 250000, epoch: 1709165730.25 },
      { id: 4n, weekDay: 3, second: 59, micro: 999000, epoch: 1735689599.999 },
    ])
  })

  it('is of dates, timestamps and intervals, NULL where these are', async () => {
    const users = shop.repos.users
      .only('id')
      .orderBy('id')
      .annotate({
        year: extract('year', 'birthDate'),
        day: extract('day', cast('birthDate', 'timestamp')),
        hours: extract('hour', ref('createdAt').minus('createdAt')),
      })
    expect(await everywhere(users)).toEqual([
      { id: 1, year: 1815, day: 10, hours: 0 },
      { id: 2, year: null, day: null, hours: 0 },
      { id: 3, year: 1990, day: 1, hours: 0 },
      { id: 4, year: null, day: null, hours: 0 },
    ])
  })

  it('filters whatever the time zone of the session is', async () => {
    const december = (timeZone: string) =>
      shop.repos.orders.filter(lookup(extract('month', 'placedAt', { timeZone }), { in: [12] })).only('id')
    expect(await everywhere(december('UTC'))).toEqual([{ id: 4n }])
    expect(await everywhere(december('Europe/Berlin'))).toEqual([])
    await using db = shop.open({ options: '-c timezone=Asia/Tokyo' })
    expect(await december('UTC').using(db).toArray()).toEqual([{ id: 4n }])
  })
})

describe('trunc', () => {
  it.each(['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second'] as const)(
    'cuts moments to the %s',
    async (unit) => {
      const orders = shop.repos.orders.orderBy('id').values({
        utc: trunc(unit, 'placedAt'),
        local: trunc(unit, 'placedAt', { timeZone: 'Europe/Berlin' }),
      })
      expect(await everywhere(orders)).toEqual(
        await byHand(
          shop,
          `SELECT date_trunc('${unit}', placed_at, 'UTC') AS utc, date_trunc('${unit}', placed_at, 'Europe/Berlin') AS local
          FROM orders ORDER BY id`,
        ),
      )
    },
  )

  it('of a date is a date', async () => {
    const users = shop.repos.users.filter({ id: 1 }).values({ q: trunc('quarter', 'birthDate') })
    expect(await everywhere(users)).toEqual([{ q: '1815-10-01' }])
  })

  it('makes groups, which begin where the time zone says', async () => {
    const months = (timeZone: string) =>
      shop.repos.orders
        .values({ month: trunc('month', 'placedAt', { timeZone }) })
        .annotate({ n: count(), pieces: sum('orderItems.quantity') })
        .orderBy('month')
    expect(await everywhere(months('UTC'))).toEqual([
      { month: new Date('2024-01-01T00:00:00Z'), n: 1, pieces: 3 },
      { month: new Date('2024-02-01T00:00:00Z'), n: 2, pieces: 6 },
      { month: new Date('2024-12-01T00:00:00Z'), n: 1, pieces: null },
    ])
    expect(await everywhere(months('Europe/Berlin'))).toEqual([
      { month: new Date('2024-01-31T23:00:00Z'), n: 3, pieces: 9 },
      { month: new Date('2024-12-31T23:00:00Z'), n: 1, pieces: null },
    ])
    expect(
      await everywhere(
        months('UTC')
          .filter({ n: { gt: 1 } })
          .values('month'),
      ),
    ).toEqual([{ month: new Date('2024-02-01T00:00:00Z') }])
  })
})

it('finds a day that begins twice, where clocks are turned back at midnight, and one in two pieces', async () => {
  // To 00:00 at 01:00 in the Azores, and to 23:01 at 00:01 in Newfoundland.
  await shop.run(`UPDATE users SET created_at = moment FROM unnest('{2024-10-27 00:30+00,2024-10-27 01:30+00,
    2005-10-30 02:30:30+00,2005-10-30 02:45+00}'::timestamptz[]) WITH ORDINALITY AS m (moment, n) WHERE id = n`)
  for (const [timeZone, day] of [
    ['Atlantic/Azores', '2024-10-27'],
    ['America/St_Johns', '2005-10-30'],
    ['America/St_Johns', '2005-10-29'],
    ['UTC', 'infinity'],
  ] as const) {
    for (const [name, operator] of Object.entries({ exact: '=', gt: '>', gte: '>=', lt: '<', lte: '<=' })) {
      const date = { [name]: day }
      const users = shop.repos.users.filter({ createdAt: { timeZone, date } }).orderBy('id').values('id')
      const local = `(created_at AT TIME ZONE '${timeZone}')::date`
      const expected = await byHand(
        shop,
        `SELECT id FROM users WHERE ${local} ${operator} '${day}' ORDER BY id`,
      )
      expect(await users.toArray(), `${timeZone} ${name} ${day}`).toEqual(expected)
    }
  }
})
