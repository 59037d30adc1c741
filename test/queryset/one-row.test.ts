import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DoesNotExist, FieldError, MultipleObjectsReturned, UsageError } from 'sluice'
import { openShop, type Shop } from './shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(`
    INSERT INTO companies (name) VALUES ('b'), ('a'), ('c');
    INSERT INTO products (supplier_id, sku, name, price) SELECT 1, n, n, n FROM generate_series(1, 3) AS n;
    REFRESH MATERIALIZED VIEW product_sales`)
})
afterAll(() => shop[Symbol.asyncDispose]())

describe('first and last', () => {
  it('go by the primary key when there is no order', async () => {
    const { companies } = shop.repos
    expect((await companies.first())?.name).toBe('b')
    expect((await companies.last())?.name).toBe('c')
    expect((await companies.all().first())?.name).toBe('b')
  })

  it('go by the order', async () => {
    const ordered = shop.repos.companies.orderBy('-name')
    expect((await ordered.first())?.name).toBe('c')
    expect((await ordered.last())?.name).toBe('a')
    expect((await ordered.reverse().first())?.name).toBe('a')
  })

  it('are null when there is no row', async () => {
    const none = shop.repos.companies.filter({ name: 'x' })
    expect(await none.first()).toBe(null)
    expect(await none.last()).toBe(null)
  })

  it('have the shape of the rows', async () => {
    const { companies } = shop.repos
    expect(await companies.only('id').first()).toEqual({ id: 1 })
    expect(await companies.values('name').first()).toEqual({ name: 'b' })
    expect(await companies.valuesList('name', 'id').last()).toEqual(['c', 3])
    expect(await companies.valuesList('name', { flat: true }).last()).toBe('c')
  })

  it('of a view: last is refused without an order, since there is no primary key to go by', async () => {
    expect(await shop.repos.productSales.first()).not.toBe(null)
    expect((await shop.repos.productSales.orderBy('productId').last())?.productId).toBe(3)
    await expect(shop.repos.productSales.last()).rejects.toThrow(/last\(\) .*public\.product_sales/)
  })
})

describe('latest and earliest', () => {
  it('go by their fields, whatever the order is', async () => {
    const companies = shop.repos.companies.orderBy('id')
    expect((await companies.latest('name')).name).toBe('c')
    expect((await companies.earliest('name')).name).toBe('a')
    expect((await companies.latest('-name')).name).toBe('a')
    const products = shop.repos.products.filter({ supplierId: 1 })
    expect((await products.latest('supplierId', '-sku')).sku).toBe('1')
    expect((await products.earliest('supplierId', '-sku')).sku).toBe('3')
  })

  it('go by the primary key without fields, which a view does not have', async () => {
    const { companies, productSales } = shop.repos
    expect((await companies.orderBy('name').latest()).id).toBe(3)
    expect((await companies.orderBy('-name').earliest()).id).toBe(1)
    await expect(productSales.orderBy('productId').latest()).rejects.toThrow(/latest\(\) .*Name the fields/)
    await expect(productSales.earliest()).rejects.toThrow(UsageError)
    expect((await productSales.latest('productId')).productId).toBe(3)
  })

  it('have the shape of the rows, of distinct rows and of combinations too', async () => {
    const { companies } = shop.repos
    expect(await companies.valuesList('name', { flat: true }).latest('name')).toBe('c')
    expect(await companies.distinct('name').earliest('name', '-id')).toMatchObject({ id: 2, name: 'a' })
    expect(await companies.distinct('name').latest('name', '-id')).toMatchObject({ id: 3, name: 'c' })
    expect(await companies.values('name').union(companies.values('name')).latest('name')).toEqual({
      name: 'c',
    })
  })

  it('throw when there is no row, and for what is no field', async () => {
    const { companies } = shop.repos
    await expect(companies.filter({ name: 'x' }).latest('name')).rejects.toThrow(DoesNotExist)
    await expect(companies.none().earliest()).rejects.toThrow('public.companies')
    await expect(companies.latest('nope' as never)).rejects.toThrow(FieldError)
  })
})

describe('get', () => {
  it('is the one row', async () => {
    const { companies } = shop.repos
    expect((await companies.get({ id: 2 })).name).toBe('a')
    expect((await companies.filter({ id: 2 }).get()).name).toBe('a')
    expect((await companies.filter({ id: { gt: 1 } }).get({ id: { lt: 3 } })).name).toBe('a')
    expect(await companies.valuesList('name', { flat: true }).get({ id: 3 })).toBe('c')
    expect((await companies.orderBy('name').slice(1, 2).get()).name).toBe('b')
  })

  it('throws DoesNotExist naming the table', async () => {
    const missing = shop.repos.companies.get({ id: 9 })
    await expect(missing).rejects.toBeInstanceOf(DoesNotExist)
    await expect(missing).rejects.toMatchObject({ code: 'DOES_NOT_EXIST', table: 'public.companies' })
    await expect(missing).rejects.toThrow('"public.companies"')
    await expect(shop.repos.companies.none().get()).rejects.toBeInstanceOf(DoesNotExist)
  })

  it('throws MultipleObjectsReturned naming the table', async () => {
    const many = shop.repos.companies.get()
    await expect(many).rejects.toBeInstanceOf(MultipleObjectsReturned)
    await expect(many).rejects.toMatchObject({ code: 'MULTIPLE_OBJECTS_RETURNED', table: 'public.companies' })
  })

  it('refuses a bad condition as filter does', async () => {
    await expect(shop.repos.companies.get({ id: undefined } as never)).rejects.toBeInstanceOf(FieldError)
  })
})

describe('getOrNull', () => {
  it('is the one row, or null where there is none', async () => {
    const { companies } = shop.repos
    expect((await companies.getOrNull({ id: 2 }))?.name).toBe('a')
    expect(await companies.filter({ name: 'x' }).getOrNull()).toBe(null)
    expect(await companies.none().getOrNull({ id: 2 })).toBe(null)
    expect(await companies.valuesList('name', { flat: true }).getOrNull({ id: 3 })).toBe('c')
  })

  it('throws where there are several', async () => {
    await expect(shop.repos.companies.getOrNull()).rejects.toThrow(MultipleObjectsReturned)
    await expect(shop.repos.companies.getOrNull()).rejects.toThrow(/getOrNull\(\) found more than one/)
  })
})

describe('contains', () => {
  it('tells whether a row is among those of the queryset, by its key alone', async () => {
    const { companies } = shop.repos
    const row = { ...(await companies.get({ id: 2 })), name: 'stale' }
    const others = companies.filter({ name: { ne: 'a' } })
    expect(await companies.contains(row)).toBe(true)
    expect(await others.contains(row)).toBe(false)
    expect(await others.contains({ id: 3 })).toBe(true)
    expect(await others.contains({ id: 99 })).toBe(false)
    expect(await companies.none().contains(row)).toBe(false)
  })

  it('by the rows that were read, without a query', async () => {
    const read = shop.repos.companies.filter({ name: { ne: 'a' } })
    await read.toArray()
    await shop.run(`INSERT INTO companies (name) VALUES ('later')`)
    const [later] = await shop.repos.companies.filter({ name: 'later' }).toArray()
    expect(await read.contains({ id: 1 })).toBe(true)
    expect(await read.contains({ id: 2 })).toBe(false)
    expect(await read.contains({ id: later?.id ?? 0 })).toBe(false)
    expect(await read.all().contains({ id: later?.id ?? 0 })).toBe(true)
    await shop.run(`DELETE FROM companies WHERE name = 'later'`)
  })

  it('is refused without a key to go by', async () => {
    const { companies, productSales } = shop.repos
    await expect(companies.contains({} as never)).rejects.toThrow(/"id" is missing/)
    await expect(companies.contains(null as never)).rejects.toThrow(FieldError)
    await expect(productSales.contains({} as never)).rejects.toThrow(/does not have/)
    await expect(companies.slice(0, 2).contains({ id: 1 })).rejects.toThrow(UsageError)
    await expect(companies.values('id').contains({ id: 1 })).rejects.toThrow(UsageError)
  })
})

describe('count and exists', () => {
  it('ask the server', async () => {
    const { companies } = shop.repos
    expect(await companies.count()).toBe(3)
    expect(await companies.filter({ name: 'a' }).count()).toBe(1)
    expect(await companies.exists()).toBe(true)
    expect(await companies.filter({ name: 'x' }).exists()).toBe(false)
  })

  it('count is a number', async () => {
    expect(typeof (await shop.repos.companies.count())).toBe('number')
  })

  it('do not mind the shape or the order of the rows', async () => {
    const { companies } = shop.repos
    expect(await companies.orderBy('-name').valuesList('website', { flat: true }).count()).toBe(3)
    expect(await companies.orderBy('name').only('id').exists()).toBe(true)
  })
})
