import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  atomic,
  FieldError,
  ForeignKeyViolation,
  Repository,
  SchemaRegistry,
  UsageError,
  type KyselyHandle,
  type Model,
  type TableSchema,
  type ToMany,
} from 'sluice'
import type { LogEvent } from 'kysely'
import { repositories } from '../../generated/index.js'
import { openShop, type Shop } from '../support/shop.js'
import { tableSchema } from '../support/table-schema.js'

let shop: Shop
const statements: string[] = []
beforeAll(async () => {
  shop = await openShop({
    users: 6,
    connect: { log: ({ query }: LogEvent) => void statements.push(query.sql) },
  })
  await shop.sql(`
    insert into companies (name) values ('c');
    insert into products (supplier_id, sku, name, price) select 1, 's' || n, 'p' || n, n from generate_series(1, 3) n;
    insert into categories (name, slug) select 'k' || n, n from generate_series(1, 5) n;
    create table people (place text, number int8, primary key (place, number));
    create table follows (
      place text, number int8, other_place text, other_number int8, since date,
      primary key (place, number, other_place, other_number),
      foreign key (place, number) references people, foreign key (other_place, other_number) references people);
    insert into people select 'a"{}', n from generate_series(1, 4) n`)
})
afterAll(() => shop[Symbol.asyncDispose]())
beforeEach(async () => {
  await shop.sql(`truncate product_categories, follows; update users set referred_by = null`)
  statements.length = 0
})

const linked = async (productId = 1) => {
  const rows = await shop.productCategories.filter({ productId }).orderBy('categoryId').toArray()
  return rows.map(({ categoryId }) => categoryId)
}

describe('through a link table', () => {
  it('add links what is not linked yet, given as rows, as keys or as one of them', async () => {
    const [product] = await shop.products.filter({ id: 1 }).toArray()
    const categories = await shop.categories.filter({ id: { lte: 2 } }).toArray()
    statements.length = 0
    const link = shop.products.link(product ?? { id: 0 }, 'categories')
    expect(await link.add(categories)).toBe(2)
    expect(await link.add([2, 3, 3])).toBe(1)
    expect(await link.add(4)).toBe(1)
    expect(await link.add({ id: 4 })).toBe(0)
    expect(await link.add([])).toBe(0)
    expect(statements.length).toBe(4)
    expect(await linked()).toEqual([1, 2, 3, 4])
    expect(await shop.categories.link(5, 'products').add([1, 2])).toBe(2)
    expect([await linked(), await linked(2)]).toEqual([[1, 2, 3, 4, 5], [5]])
  })

  it('set leaves these alone, by one statement that writes what differs', async () => {
    const link = shop.products.link(1, 'categories')
    await shop.products.link(2, 'categories').add([1, 2])
    await link.add([1, 2])
    const before = await shop.sql(
      `select xmin, ctid, * from product_categories where product_id = 1 and category_id = 2`,
    )
    statements.length = 0
    expect(await link.set([2, 3, 4])).toEqual({ added: 2, removed: 1 })
    expect(await link.set([{ id: 3 }, 2, 4])).toEqual({ added: 0, removed: 0 })
    expect(statements.length).toBe(2)
    expect(await linked()).toEqual([2, 3, 4])
    expect(
      await shop.sql(`select xmin, ctid, * from product_categories where product_id = 1 and category_id = 2`),
    ).toEqual(before)
    expect(await link.set([])).toEqual({ added: 0, removed: 3 })
    expect([await linked(), await linked(2)]).toEqual([[], [1, 2]])
  })

  it('remove and clear unlink, and leave other rows', async () => {
    const link = shop.products.link(1, 'categories')
    await shop.products.link(2, 'categories').add([1, 2])
    await link.add([1, 2, 3, 4])
    statements.length = 0
    expect(await link.remove([1, 5, 99])).toBe(1)
    expect(await link.remove({ id: 2 })).toBe(1)
    expect(await link.remove([])).toBe(0)
    expect(await linked()).toEqual([3, 4])
    expect(await link.clear()).toBe(2)
    expect(await link.clear()).toBe(0)
    expect(statements.filter((sql) => sql.startsWith('delete')).length).toBe(4)
    expect([await linked(), await linked(2)]).toEqual([[], [1, 2]])
    expect(await shop.categories.count()).toBe(5)
  })

  it('values fill the other columns of new links alone', async () => {
    const link = shop.products.link(1, 'categories')
    await link.add(1, { values: { isPrimary: true } })
    expect(await link.set([1, 2], { values: { isPrimary: false } })).toEqual({ added: 1, removed: 0 })
    expect(await shop.productCategories.filter({ isPrimary: true }).toArray()).toMatchObject([
      { categoryId: 1 },
    ])
    await expect(link.add(3, { values: { nope: 1 } })).rejects.toThrow(FieldError)
    await expect(link.add(3, { values: { categoryId: 4 } })).rejects.toThrow(
      /"categoryId".* follows from the rows/,
    )
  })

  it('says which foreign key leads to no row', async () => {
    const missing = shop.products.link(1, 'categories').add([1, 99])
    await expect(missing).rejects.toBeInstanceOf(ForeignKeyViolation)
    await expect(missing).rejects.toMatchObject({ columns: ['categoryId'] })
    await expect(missing).rejects.toThrow(/no row of public\.categories that categoryId/)
    const unowned = shop.products.link(99, 'categories').set([1])
    await expect(unowned).rejects.toThrow(/no row of public\.products that productId/)
    expect(await linked()).toEqual([])
  })

  it('works inside atomic, and is undone with it', async () => {
    const failing = atomic(shop.db, async (trx) => {
      const link = repositories(trx).products.link(1, 'categories')
      expect(await link.set([1, 2])).toEqual({ added: 2, removed: 0 })
      expect(await link.remove(1)).toBe(1)
      throw new Error('undo')
    })
    await expect(failing).rejects.toThrow('undo')
    expect(await linked()).toEqual([])
  })

  it('is called off by a signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    const link = shop.products.link(1, 'categories')
    await expect(link.add(1, { signal })).rejects.toThrow('enough')
    await expect(link.set(1, { signal })).rejects.toThrow('enough')
    await expect(link.remove(1, { signal })).rejects.toThrow('enough')
    await expect(link.clear({ signal })).rejects.toThrow('enough')
  })
})

describe('by a foreign key of the related rows', () => {
  const referred = async () =>
    (await shop.users.filter({ referredBy: 1 }).orderBy('id').toArray()).map(({ id }) => id)

  it('add, set, remove and clear write that key', async () => {
    const link = shop.users.link(1, 'usersByReferredBy')
    await shop.users.link(3, 'usersByReferredBy').add(6)
    statements.length = 0
    expect(await link.add([2, { id: 3 }, 4])).toBe(3)
    expect(await link.add([2, 3])).toBe(0)
    expect(await link.remove([2, 6])).toBe(1)
    expect(statements.length).toBe(3)
    expect(await referred()).toEqual([3, 4])
    expect(await link.set([4, 5, 6])).toEqual({ added: 2, removed: 1 })
    expect(statements.length).toBe(5)
    expect(await referred()).toEqual([4, 5, 6])
    expect(await link.clear()).toBe(3)
    expect(await referred()).toEqual([])
    await expect(shop.users.link(99, 'usersByReferredBy').add(2)).rejects.toThrow(ForeignKeyViolation)
  })

  it('only add where the key may not be NULL', async () => {
    await shop.sql(`delete from posts; insert into posts (author_id, title, slug) values (1, 't', 't')`)
    const [post] = await shop.posts.toArray()
    const link = shop.users.link(2, 'postsByAuthor')
    expect(await link.add(post ?? [])).toBe(1)
    expect((await shop.posts.get()).authorId).toBe(2)
    const untyped = link as unknown as ReturnType<typeof shop.users.link<'usersByReferredBy'>>
    await expect(untyped.clear()).rejects.toThrow(/authorId of public\.posts to NULL/)
    await expect(untyped.remove(1)).rejects.toThrow(UsageError)
    await expect(untyped.set([1])).rejects.toThrow(UsageError)
  })
})

interface PersonModel extends Model {
  readonly name: 'people'
  readonly row: { place: string; number: bigint }
  readonly key: 'place' | 'number'
  readonly filter: object
  readonly insert: PersonModel['row']
  readonly update: Partial<PersonModel['row']>
  readonly columns: object
  readonly relations: { readonly follows: ToMany<PersonModel>; readonly followers: ToMany<PersonModel> }
}

describe('a relation of a table to itself, by composite keys', () => {
  const own = ['place', 'number']
  const other = ['otherPlace', 'otherNumber']
  const relation = (name: string, columns: string[], targetColumns: string[]) => ({
    ...({ name, kind: 'many', nullable: false, target: 'public.people' } as const),
    ...{ columns: own, targetColumns: own, through: { table: 'public.follows', columns, targetColumns } },
  })
  const people: TableSchema = tableSchema(
    'people',
    { place: 'text', number: 'int8' },
    { primaryKey: own, relations: [relation('follows', own, other), relation('followers', other, own)] },
  )
  const columns = { place: 'text', number: 'int8', otherPlace: 'text', otherNumber: 'int8' } as const
  const open = (since: 'date' | 'date?') => {
    const follows = tableSchema('follows', { ...columns, since }, { primaryKey: [...own, ...other] })
    class People extends Repository<PersonModel> {
      constructor(kysely: KyselyHandle) {
        super(kysely, people, new SchemaRegistry([people, follows]))
      }
    }
    return new People(shop.db)
  }
  const person = (number: number) => ({ place: 'a"{}', number: BigInt(number) })

  it('is written in either direction', async () => {
    const repository = open('date?')
    const link = repository.link(person(1), 'follows')
    expect(await link.add([person(2), person(3)], { values: { since: '2024-01-01' } })).toBe(2)
    expect(await link.set([person(3), person(4), person(1)])).toEqual({ added: 2, removed: 1 })
    expect(await repository.link(person(4), 'followers').remove(person(1))).toBe(1)
    expect(await repository.link(person(3), 'followers').set([person(1), person(2)])).toEqual({
      added: 1,
      removed: 0,
    })
    const rows = await shop.sql(`select number, other_number, since::text from follows order by 1, 2`)
    expect(rows).toEqual([
      { number: '1', other_number: '1', since: null },
      { number: '1', other_number: '3', since: '2024-01-01' },
      { number: '2', other_number: '3', since: null },
    ])
  })

  it('is refused where a column of the link table has to be given', async () => {
    const link = open('date').link(person(1), 'follows')
    await expect(link.add(person(2))).rejects.toThrow(
      /"since" of public\.follows.* give it in \{ values: \{ since/,
    )
    await expect(link.set([])).rejects.toThrow(UsageError)
    expect(await link.add(person(2), { values: { since: '2024-01-01' } })).toBe(1)
    await expect(link.add(5 as never)).rejects.toThrow(/an object with place, number/)
    await expect(link.add({ place: 'a', number: null } as never)).rejects.toThrow(/"number".* null/)
  })
})

it('is refused for what is no relation to many, no row and no key', async () => {
  const { posts, products } = shop
  expect(() => posts.link(1, 'author' as never)).toThrow(/leads to one: update authorId/)
  expect(() => posts.link(1, 'nope' as never)).toThrow(FieldError)
  expect(() => products.link(undefined as never, 'categories')).toThrow(FieldError)
  expect(() => products.link({ name: 'p' } as never, 'categories')).toThrow(
    /a row of public\.products or its key/,
  )
  const link = products.link(1, 'categories')
  await expect(link.add([undefined] as never)).rejects.toThrow(FieldError)
  await expect(link.add([[1]] as never)).rejects.toThrow(FieldError)
  await expect(link.add('x' as never)).rejects.toThrow(/public\.categories\.id/)
})
