import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Settings } from '../../codegen/config/settings.js'
import { CodegenError } from '../../codegen/errors.js'
import { generate } from '../../codegen/generate.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'
import { compileErrors } from './compiler.js'
import { root, tablesIn, temporaryFolder } from './support.js'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase({ schema: 'shop' })
})

afterAll(() => database.drop())

/** Generates the shop under `settings`, and type-checks the result beside `files`. */
async function made(settings: Settings, files: Readonly<Record<string, string>> = {}, url = database.url) {
  using folder = temporaryFolder()
  const out = join(folder.path, 'src/generated')
  mkdirSync(join(folder.path, 'src'))
  writeFileSync(join(folder.path, 'package.json'), '{ "type": "module" }')
  symlinkSync(join(root, 'node_modules'), join(folder.path, 'node_modules'), 'junction')
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder.path, name), text)
  await generate({ source: { url }, out, settings, settingsFolder: folder.path })
  const names = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  const paths = [
    ...names.map((name) => join(out, name)),
    ...Object.keys(files).map((name) => join(folder.path, name)),
  ]
  return {
    errors: errorsIn(paths, folder.path, settings.importExtension),
    text: new Map(names.map((name) => [name.replaceAll('\\', '/'), readFileSync(join(out, name), 'utf8')])),
  }
}

function errorsIn(paths: readonly string[], folder: string, extension: string | undefined): string[] {
  return compileErrors(paths, folder, {
    ...(extension === '.ts' && { allowImportingTsExtensions: true }),
    ...(extension === '' && {
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
    }),
  })
}

describe('types and columns', () => {
  const settings: Settings = {
    types: {
      bigint: 'number',
      numeric: 'number',
      timestamptz: 'string',
      'public.dimensions': { type: 'Box', import: './types.js' },
    },
    columns: {
      'public.users.preferences': { type: 'Preferences', import: './types.js' },
      'public.users.email': { type: 'EmailAddress', import: { from: './types.js', name: 'Email' } },
      'public.users.tags': { type: "('new' | 'old')[]" },
      'public.users.birth_date': { codec: 'Date' },
      'public.users.created_at': 'Date',
      'public.reviews.id': 'bigint',
    },
  }
  const files = {
    'types.ts': `export interface Preferences { readonly theme?: string }
      export type Email = string & { readonly email: true }
      export interface Box { readonly widthMm: number | null }`,
    'use.ts': `import type { DB, NewUser, Order, Product, Review, User } from './src/generated/index.js'
      import type { Selectable } from 'kysely'
      import type { Email, Preferences } from './types.js'
      type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
      export const checks: [
        Same<User['preferences'], Preferences>, Same<User['email'], Email>, Same<User['createdAt'], Date>,
        Same<User['birthDate'], Date | null>, Same<User['tags'], ('new' | 'old')[]>,
        Same<Order['id'], number>, Same<Order['placedAt'], string>, Same<Product['price'], number>,
        Same<Review['id'], bigint>, Same<NewUser['email'], Email>,
        Same<Selectable<DB['orders']>['id'], bigint>, Same<Selectable<DB['orders']>['placed_at'], Date>,
      ] = [true, true, true, true, true, true, true, true, true, true, true, true]`,
  }

  it('are what rows, writes and free-hand Kysely are typed by, and what the engine reads values as', async () => {
    const { errors, text } = await made(settings, files)
    expect(errors).toEqual([])
    const tables = tablesIn(text.get('schema.ts'))
    const typeOf = (table: string, column: string) =>
      tables.table(table).columns.find(({ name }) => name === column)?.type
    expect(typeOf('public.users', 'birth_date')).toEqual({ kind: 'converted', type: 'date', as: 'Date' })
    expect(typeOf('public.users', 'created_at')).toBe('timestamptz')
    expect(typeOf('public.orders', 'id')).toEqual({ kind: 'converted', type: 'int8', as: 'number' })
    expect(typeOf('public.coupons', 'valid_during')).toMatchObject({
      name: 'tstzrange',
      subtype: { kind: 'converted', type: 'timestamptz', as: 'string' },
    })
  })

  it.each([
    [{ types: { int4: 'string' } }, 'types["int4"] sets the codec "string", which int4 does not have'],
    [{ types: { int8: 'Date' } }, 'int8 does not have: it is read as bigint, number, string.'],
    [{ types: { 'public.mail': { type: 'X' } } }, 'types["public.mail"] is of a type that no column has.'],
    [{ columns: { 'public.users.emial': { type: 'X' } } }, 'Did you mean "public.users.email"?'],
    [
      { columns: { 'public.products.status': 'string' } },
      'values of the enum public.product_status have none',
    ],
    [
      { columns: { 'public.users.email': { type: 'a b' } } },
      'columns["public.users.email"] is no type of TypeScript',
    ],
    [
      { columns: { 'public.users.email': { type: 'string }; evil(); type X = {' } } },
      'is no type of TypeScript',
    ],
    [{ columns: { 'public.users.email': { type: 'string // ' } } }, 'is no type of TypeScript'],
    [
      { columns: { 'public.users.email': { type: '"a"', import: './x.js' } } },
      'does not begin with the name to import',
    ],
    [
      { columns: { 'public.users.email': { type: 'User', import: './x.js' } } },
      'imports User, which is the name of something else',
    ],
    [
      { columns: { 'public.users.email': { type: 'string', import: './x.js' } } },
      'imports string, which is the name of something else',
    ],
    [
      { types: { int8: 'number', BIGINT: 'string' } },
      'types["int8"] and types["BIGINT"] are of the same type.',
    ],
    [{ names: { tables: { 'public.users': { row: 'class' } } } }, 'chooses "class", which is reserved'],
    [{ names: { types: { 'public.order_status': 'string' } } }, 'chooses "string", which is reserved'],
    [{ header: 'evil()' }, 'header has to be comments'],
    [{ header: '/* open' }, 'header has to be comments'],
    [{ schemas: ['pulbic'] }, 'schemas[0] "pulbic" has no tables. Did you mean "public"?'],
    [{ include: ['userz'] }, 'include[0] "userz" matches nothing.'],
  ] as [Settings, string][])('%j is refused', async (refused, message) => {
    using folder = temporaryFolder()
    const attempt = generate({ source: { url: database.url }, out: folder.path, settings: refused })
    await expect(attempt).rejects.toThrow(CodegenError)
    await expect(attempt).rejects.toThrow(message)
    expect(readdirSync(folder.path)).toEqual([])
  })
})

describe('brandedIds', () => {
  it('makes the key of each table, and what refers to it, a type of its own', async () => {
    const { errors, text } = await made(
      { brandedIds: true, types: { int8: 'number' } },
      {
        'use.ts': `import type { Repositories, OrderId, Post, Review, User, UserId, UserProfile, OrderItem } from './src/generated/index.js'
          export async function use({ users, orders }: Repositories, post: Post, profile: UserProfile, item: OrderItem) {
            const user: User = await users.get({ id: post.authorId })
            const ids: UserId[] = [user.id, profile.userId, ...(user.referredBy === null ? [] : [user.referredBy])]
            await orders.filter({ userId: { in: ids } }, { id: item.orderId }).toArray()
            const id: OrderId | null = (null as unknown as Review).orderId
            // @ts-expect-error a user is no order
            await orders.get({ id: user.id })
            // @ts-expect-error a number is no user
            await users.get({ id: 5 })
            return id
          }`,
      },
    )
    expect(errors).toEqual([])
    expect(text.get('users.ts')).toContain("export type UserId = number & { readonly __brand: 'UserId' }")
    expect(text.get('user-profiles.ts')).not.toContain('__brand')
  })

  it('makes keys of text types of their own too, in filters as in create', async () => {
    await using text = await createTestDatabase()
    const client = new Client(text.url)
    await client.connect()
    await client.query(`create table shops (slug text primary key, name text); create domain sku as varchar(9);
      create table items (sku sku primary key, shop text not null references shops, next sku references items)`)
    await client.end()
    const { errors } = await made(
      { brandedIds: true, columns: { 'public.shops.name': { type: "'north' | 'south'" } } },
      {
        'use.ts': `import type { Item, ItemSku, NewItem, Repositories, ShopSlug } from './src/generated/index.js'
          export async function use({ shops, items }: Repositories, item: Item, slug: ShopSlug, text: string) {
            await items.filter({ shop: slug, sku: { in: [item.sku], ne: null } }, { shop: { startsWith: text } }).toArray()
            await items.filter({ next: null, sku: { in: items.filter({ next: item.sku }).values('next') } }).toArray()
            await shops.filter({ name: 'north', slug: { iContains: 'a', regex: text } }).toArray()
            const made: NewItem = { sku: item.sku, shop: slug, next: item.next }
            await items.create(made)
            // @ts-expect-error any text is no slug
            await items.filter({ shop: text }).toArray()
            // @ts-expect-error nor within a lookup
            await items.filter({ shop: { exact: text } }).toArray()
            // @ts-expect-error nor in a list
            await shops.filter({ slug: { in: [text] } }).toArray()
            // @ts-expect-error a slug is no sku
            await items.filter({ sku: slug }).toArray()
            // @ts-expect-error nor is it to be set beside one
            await items.filter({ sku: { gte: slug } }).toArray()
            // @ts-expect-error by a relation neither
            await shops.filter({ items: { some: { sku: slug } } }).toArray()
            // @ts-expect-error as in create
            await items.create({ ...made, shop: text })
            // @ts-expect-error a type of the user's own is kept to as well
            await shops.filter({ name: 'west' }).toArray()
            return null as unknown as ItemSku
          }`,
      },
      text.url,
    )
    expect(errors).toEqual([])
  })

  it('leaves keys alone that have a type of their own already, and what refers to them', async () => {
    const { errors, text } = await made({
      brandedIds: true,
      columns: { 'public.users.id': { type: 'number & { readonly user: true }' } },
    })
    expect(errors).toEqual([])
    expect(text.get('users.ts')).not.toContain('UserId')
    expect(text.get('posts.ts')).toMatch(/\n {2}authorId: number\n/)
    expect(text.get('user-profiles.ts')).toMatch(/\n {2}userId: number\n/)
    expect(text.get('orders.ts')).toContain('__brand')
  })

  it('ends where keys refer to each other in a circle, and goes around other names', async () => {
    await using circle = await createTestDatabase()
    const client = new Client(circle.url)
    await client.connect()
    await client.query(`create table a (id int primary key); create table b (id int primary key references a);
      alter table a add foreign key (id) references b; create table a_id (a_id int primary key references a_id);
      create table loose (a_id bigint references a)`)
    await client.end()
    expect((await made({ brandedIds: true }, {}, circle.url)).errors).toEqual([])
  })
})

describe('the form of files', () => {
  it.each([
    {},
    { importExtension: '', enums: 'const', header: '/* eslint-disable */\n// Made of schema.sql.' },
    { naming: 'asIs', layout: 'schemas', enums: 'const', brandedIds: true },
  ] as Settings[])('type-checks with %j', async (settings) => {
    expect((await made(settings)).errors).toEqual([])
  })

  it('is the same again for a header with line ends of Windows', async () => {
    using folder = temporaryFolder()
    const options = { source: { url: database.url }, out: folder.path, settings: { header: '// a\r\n// b' } }
    await generate(options)
    const { changes } = await generate(options)
    expect(changes).toMatchObject({ added: [], changed: [], removed: [] })
  })

  it('follows the settings, and type-checks so', async () => {
    const { errors, text } = await made({
      importExtension: '.ts',
      layout: 'schemas',
      enums: 'const',
      header: '/* eslint-disable */',
    })
    expect(errors).toEqual([])
    expect([...text.keys()]).toEqual(expect.arrayContaining(['index.ts', 'enums.ts', 'public/users.ts']))
    expect(text.get('public/users.ts')).toContain(`from './posts.ts'`)
    expect(text.get('public/orders.ts')).toContain(`from '../enums.ts'`)
    expect(text.get('public/orders.ts')).toMatch(/^\/\/ Generated by sluice .*\n\/\* eslint-disable \*\/\n/)
    expect(text.get('enums.ts')).toContain("export const OrderStatus = {\n  pending: 'pending',")
    expect(text.get('index.ts')).toContain("export * from './enums.ts'")
  })
})

describe('a folder of files', () => {
  it('follows a change of layout, and leaves no empty folders', async () => {
    using folder = temporaryFolder()
    const source = { url: database.url }
    await generate({ source, out: folder.path, settings: { layout: 'schemas' } })
    expect(readdirSync(folder.path)).toContain('public')
    await generate({ source, out: folder.path })
    expect(readdirSync(folder.path)).not.toContain('public')
    expect(readdirSync(folder.path)).toContain('users.ts')
  })

  it('is refused when somebody else has a file in a folder of ours', async () => {
    using folder = temporaryFolder()
    const source = { url: database.url }
    await generate({ source, out: folder.path, settings: { layout: 'schemas' } })
    writeFileSync(join(folder.path, 'public/mine.ts'), 'mine')
    await expect(generate({ source, out: folder.path })).rejects.toThrow('public/mine.ts')
    expect(readFileSync(join(folder.path, 'public/mine.ts'), 'utf8')).toBe('mine')
  })
})

describe('include, exclude and schemas', () => {
  it('leave out tables, what refers to them, and types that only they use', async () => {
    using folder = temporaryFolder()
    const { model } = await generate({
      source: { url: database.url },
      out: folder.path,
      settings: { schemas: ['pub*'], include: ['users', 'public.p*'], exclude: ['*_sales', '"payments"'] },
    })
    expect(model.tables.map(({ table }) => table.name)).toEqual([
      'posts',
      'product_categories',
      'products',
      'users',
    ])
    expect(model.enums.map(({ typeName }) => typeName)).toEqual(['ProductLabel', 'ProductStatus'])
    const reasons = new Map(model.skipped.map(({ name, reason }) => [name, reason]))
    expect(reasons.get('payments')).toBe('excluded by ""payments""')
    expect(reasons.get('orders')).toBe('not in "include"')
    expect(
      model.tables.flatMap(({ schema }) => schema.foreignKeys).map(({ references }) => references.table),
    ).not.toContain('companies')
  })
})
