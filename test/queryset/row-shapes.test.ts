import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FieldError, UsageError } from 'sluice'
import { openShop, type Shop } from './shop.js'
import { everyType } from './every-type.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(everyType)
})
afterAll(() => shop[Symbol.asyncDispose]())

describe('only', () => {
  it('loads its fields and the primary key', async () => {
    expect(await shop.repos.categories.only('slug').orderBy('id').toArray()).toEqual([
      { id: 1, slug: 'top' },
      { id: 2, slug: 'sub' },
    ])
  })

  it('keeps every column of a composite key', async () => {
    const [row] = await shop.repos.orderItems.only('quantity').orderBy('lineNumber').toArray()
    expect(row).toEqual({ orderId: 1n, lineNumber: 1, quantity: 3 })
  })

  it('loads exactly its fields where there is no key', async () => {
    const [row] = await shop.repos.productSales.only('units').orderBy('productId').toArray()
    expect(row).toEqual({ units: 3n })
  })

  it('the last one counts', async () => {
    const [row] = await shop.repos.categories.only('slug').only('name').orderBy('id').toArray()
    expect(row).toEqual({ id: 1, name: 'Top' })
  })

  it('without fields is what its type says: the whole row', async () => {
    const [row] = await shop.repos.categories.only().orderBy('id').toArray()
    const [whole] = await shop.repos.categories.orderBy('id').toArray()
    expect(row).toEqual(whole)
  })

  it('filters and sorts by fields that it does not load', async () => {
    const rows = await shop.repos.categories
      .only('slug')
      .filter({ name: 'Sub' })
      .orderBy('-position')
      .toArray()
    expect(rows).toEqual([{ id: 2, slug: 'sub' }])
  })
})

describe('defer', () => {
  it('leaves its fields out, and never the key', async () => {
    const [row] = await shop.repos.categories.defer('slug', 'position', 'id').orderBy('id').toArray()
    expect(row).toEqual({ id: 1, parentId: null, name: 'Top' })
  })

  it('adds up, and narrows what only left', async () => {
    const deferred = shop.repos.categories.defer('slug').defer('position', 'parentId').orderBy('id')
    expect(await deferred.first()).toEqual({ id: 1, name: 'Top' })
    expect(await shop.repos.categories.only('slug', 'name').defer('slug').orderBy('id').first()).toEqual({
      id: 1,
      name: 'Top',
    })
  })
})

describe('values and valuesList', () => {
  it('have exactly their fields, in their order', async () => {
    const [row] = await shop.repos.categories.values('slug', 'name').orderBy('id').toArray()
    expect(row).toEqual({ slug: 'top', name: 'Top' })
    expect(Object.keys(row!)).toEqual(['slug', 'name'])
    const [tuple] = await shop.repos.categories.valuesList('slug', 'id', 'slug').orderBy('id').toArray()
    expect(tuple).toEqual(['top', 1, 'top'])
    const [value] = await shop.repos.categories.valuesList('slug', { flat: true }).orderBy('id').toArray()
    expect(value).toBe('top')
  })

  it('have all fields when none is named', async () => {
    const whole = await shop.repos.categories.orderBy('id').toArray()
    expect(await shop.repos.categories.values().orderBy('id').toArray()).toEqual(whole)
  })

  it('each tuple is an array of its own', async () => {
    const [first, second] = await shop.repos.categories.valuesList('id').orderBy('id').toArray()
    expect([first, second]).toEqual([[1], [2]])
  })

  it('a later one replaces an earlier one', async () => {
    const [value] = await shop.repos.categories
      .values('id')
      .valuesList('slug', { flat: true })
      .orderBy('id')
      .toArray()
    expect(value).toBe('top')
  })

  it('refuse only and defer after them, and flat without exactly one field', () => {
    const { categories } = shop.repos
    expect(() => categories.values('id').only('id')).toThrow(UsageError)
    expect(() => categories.valuesList('id').defer('id')).toThrow(
      /defer\(\) after values\(\) or valuesList\(\)/,
    )
    expect(() => categories.valuesList('id', 'name', { flat: true } as never)).toThrow(
      /exactly one field, not 2/,
    )
    expect(() => categories.valuesList({ flat: true } as never)).toThrow(/exactly one field, not 0/)
  })

  it.each(['only', 'defer', 'values', 'valuesList'] as const)('%s refuses an unknown field', (method) => {
    for (const field of ['nmae', 'parent_id', '*', 'constructor']) {
      expect(() => (shop.repos.categories[method] as (field: string) => unknown)(field)).toThrow(FieldError)
    }
  })
})

it('rows are plain objects whose keys come in the order of the columns', async () => {
  const row = await shop.repos.users.get({ id: 1 })
  expect(Object.getPrototypeOf(row)).toBe(Object.prototype)
  expect(Object.keys(row)).toEqual(shop.repos.users.schema.columns.map(({ property }) => property))
})
