import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CheckViolation, excluded, NotNullViolation, QueryError, UniqueViolation } from 'sluice'
import { DIALECTS, type OnDialect, openOn, START_MS } from './dialects.js'

const email = (name: string) => `${name}@example.com`
const user = (name: string) => ({ email: email(name), name })

describe.each(DIALECTS)('writes on the dialect of %s', (name) => {
  let shop: OnDialect
  beforeAll(async () => {
    shop = await openOn(name)
  }, START_MS)
  afterAll(() => shop[Symbol.asyncDispose]())
  beforeEach(() => shop.sql('truncate users, companies, products, categories restart identity cascade'))

  it('create, change and delete rows', async () => {
    const preferences = { theme: 'dark', n: [1, null, 'two'] }
    const made = await shop.users.create({
      ...user('ada'),
      birthDate: '1815-12-10',
      tags: ['a', 'b,"c"', ''],
      preferences,
    })
    expect(made).toMatchObject({ id: 1, name: 'ada', isActive: true, tags: ['a', 'b,"c"', ''] })
    expect(made.preferences).toEqual(preferences)
    expect(await shop.users.filter({ id: made.id }).update({ isActive: false, name: 'Ada "L"' })).toBe(1)
    expect(await shop.users.get({ email: email('ada') })).toMatchObject({ isActive: false, name: 'Ada "L"' })
    expect(await shop.users.filter({ tags: { contains: ['b,"c"'] } }).count()).toBe(1)
    expect(await shop.users.filter({ id: made.id }).delete()).toBe(1)
    expect(await shop.users.exists()).toBe(false)
  })

  it('insert many, in the order in which they are given, and as many as come', async () => {
    const names = Array.from({ length: 250 }, (_, index) => `n${index}`)
    const rows = await shop.users.bulkCreate(names.map(user))
    expect(rows.map((row) => row.name)).toEqual(names)
    // Without COPY, of which Kysely's dialects know nothing.
    const many = function* () {
      for (let n = 0; n < 1500; n++) yield user(`many${n}`)
    }
    expect(await shop.users.bulkCreate(many())).toBe(1500)
    expect(await shop.users.count()).toBe(1750)
  })

  it('undo a bulk write that fails half-way', async () => {
    const rows = function* () {
      for (let n = 0; n < 1300; n++) yield user(n === 1250 ? 'n0' : `n${n}`)
    }
    await expect(shop.users.bulkCreate(rows())).rejects.toBeInstanceOf(UniqueViolation)
    expect(await shop.users.count()).toBe(0)
    expect(await shop.busy()).toBe(0)
  })

  it('update or ignore what is there, and tell what became of each row', async () => {
    await shop.users.bulkCreate([user('a'), { ...user('b'), isActive: false }])
    const given = [
      { ...user('b'), name: 'B' },
      { ...user('a'), name: 'a' },
      { ...user('c'), name: 'C' },
    ]
    expect(await shop.users.bulkCreate(given, { ignoreConflicts: true })).toBe(1)
    const outcomes = await shop.users.bulkCreate(given, {
      updateConflicts: true,
      uniqueFields: ['email'],
      updateFields: ['name'],
      updateWhere: { name: { ne: excluded('name') } },
      outcomes: true,
    })
    expect(outcomes.map(({ outcome, row }) => [outcome, row?.name])).toEqual([
      ['updated', 'B'],
      ['left', undefined],
      ['left', undefined],
    ])
    const [found, isNew] = await shop.users.getOrCreate({ email: email('a') }, { name: 'never' })
    expect([found.name, isNew]).toEqual(['a', false])
    const [made, isMade] = await shop.users.updateOrCreate({ email: email('d') }, { name: 'D' })
    expect([made.name, isMade]).toEqual(['D', true])
  })

  it('merge', async () => {
    await shop.users.bulkCreate([user('a'), user('b')])
    const written = await shop.users.merge([{ ...user('b'), name: 'B' }, user('c')], {
      on: ['email'],
      whenMatched: { updateFields: ['name'] },
      whenNotMatched: 'insert',
    })
    expect(written).toBe(2)
    expect(await shop.users.orderBy('email').valuesList('name', { flat: true }).toArray()).toEqual([
      'a',
      'B',
      'c',
    ])
  })

  it('change many by their keys, and by what they hold', async () => {
    const rows = await shop.users.bulkCreate(['a', 'b', 'c'].map(user))
    const changed = rows.map((row) => ({ ...row, name: row.name.toUpperCase(), birthDate: '2001-02-03' }))
    expect(await shop.users.bulkUpdate(changed, ['name', 'birthDate'])).toBe(3)
    expect(await shop.users.orderBy('id').valuesList('name', 'birthDate').toArray()).toEqual([
      ['A', '2001-02-03'],
      ['B', '2001-02-03'],
      ['C', '2001-02-03'],
    ])
  })

  it('link rows, and read them by their relations', async () => {
    const company = await shop.companies.create({ name: 'Acme' })
    const product = await shop.products.create({
      supplierId: company.id,
      sku: 's1',
      name: 'Spade',
      price: '12.50',
      dimensions: { widthMm: 1, heightMm: 2, depthMm: null },
      returnWindow: 'P1Y2M-3DT4H5M6.789S',
    })
    expect(product).toMatchObject({ price: '12.50', dimensions: { widthMm: 1, heightMm: 2, depthMm: null } })
    const categories = await shop.categories.bulkCreate(['x', 'y', 'z'].map((slug) => ({ slug, name: slug })))
    const link = shop.products.link(product, 'categories')
    await link.add(categories.slice(0, 2))
    expect(await link.set(categories.slice(1))).toEqual({ added: 1, removed: 1 })
    const [read] = await shop.products.selectRelated('supplier').prefetchRelated('categories').toArray()
    expect(read?.supplier.name).toBe('Acme')
    expect(read?.categories.map(({ slug }) => slug).sort()).toEqual(['y', 'z'])
  })

  it('fail by what the server says, with the constraint and its columns', async () => {
    await shop.users.create(user('a'))
    const failure = await shop.users.create(user('a')).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(UniqueViolation)
    expect(failure).toMatchObject({
      sqlState: '23505',
      constraint: 'users_email_key',
      table: 'public.users',
      columns: ['email'],
    })
    await expect(shop.users.create({ ...user('b'), email: 'nobody' })).rejects.toBeInstanceOf(CheckViolation)
    const missing = shop.users.create({ ...user('b'), name: null as never })
    await expect(missing).rejects.toBeInstanceOf(NotNullViolation)
    // What a driver keeps beside the message of the server's is not passed on.
    const shown = JSON.stringify(await shop.users.create(user('a')).catch((error: unknown) => error))
    expect(shown).not.toContain('example.com')
  })

  it('tell of a column that is no longer there', async () => {
    const lost = { code: 'SCHEMA_DRIFT' }
    await shop.sql('alter table users rename preferences to others')
    try {
      await expect(shop.users.toArray()).rejects.toMatchObject(lost)
      await expect(shop.users.create(user('a'))).rejects.toBeInstanceOf(QueryError)
    } finally {
      await shop.sql('alter table users rename others to preferences')
    }
  })

  it('read aggregates, plans and pages', async () => {
    await shop.users.bulkCreate(['a', 'b', 'c'].map(user))
    expect(await shop.users.orderBy('-id').slice(1, 3).valuesList('name', { flat: true }).toArray()).toEqual([
      'b',
      'a',
    ])
    expect(await shop.users.filter({ name: { in: ['a', 'b'] } }).explain()).toContain('Scan')
    expect(await shop.users.explain({ format: 'json' })).toMatchObject([{ Plan: {} }])
    const first = await shop.users.orderBy('id').page({ size: 2 })
    const second = await shop.users.orderBy('id').page({ size: 2, after: first.next })
    expect([first, second].map(({ rows }) => rows.map((row) => row.name))).toEqual([['a', 'b'], ['c']])
  })
})
