import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UsageError } from 'sluice'
import type { Config } from '../../codegen/config/settings.js'
import { emit } from '../../codegen/emit/emit.js'
import { introspect } from '../../codegen/introspect/introspect.js'
import { buildModel } from '../../codegen/model/build-model.js'
import { runSqlText } from '../../codegen/sql-script/index.js'
import { importGenerated, type GeneratedFolder } from '../codegen/generated-folder.js'
import { typeErrors } from '../codegen/support.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'

/** The tables of one tenant; in the template there is a row that nobody may see. */
const tenant = (schema: string, names: readonly string[]) => `
  create schema ${schema};
  create type ${schema}.role as enum ('admin', 'guest');
  create table ${schema}.users (
    id int generated always as identity primary key, name text not null, role ${schema}.role not null,
    country text references public.countries
  );
  create table ${schema}.posts (id int primary key, user_id int not null references ${schema}.users);
  insert into ${schema}.users (name, role, country) values ${names.map((name) => `('${name}', 'admin', 'fr')`).join(', ')};
  insert into ${schema}.posts select id, id from ${schema}.users;`

let database: TestDatabase
let generated: GeneratedFolder

async function files(settings: Config = { tenants: ['template'] }) {
  const catalog = await introspect(database.url)
  const { tenants = [], followSearchPath = false } = settings
  const model = buildModel(
    { ...catalog, tables: catalog.tables.filter(({ schema }) => ['public', 'template'].includes(schema)) },
    { tenants },
  )
  return new Map(emit(model, { followSearchPath }).map(({ name, text }) => [name, text]))
}

beforeAll(async () => {
  database = await createTestDatabase()
  await runSqlText(
    database.url,
    `create table countries (code text primary key, name text not null);
     insert into countries values ('fr', 'France');
     ${tenant('template', ['Nobody'])} ${tenant('t1', ['Ada', 'Bob'])} ${tenant('t2', ['Zoe'])}`,
    'test.sql',
  )
  generated = await importGenerated(await files(), 'tenants', database.url)
})
afterAll(async () => {
  await generated[Symbol.asyncDispose]()
  await database.drop()
})

interface Tenant {
  readonly [name: string]: GeneratedFolder['repositories'][string]
}

const of = (schema: unknown) =>
  (generated.repositories as unknown as { withSchema(schema: unknown): Tenant }).withSchema(schema)

const names = async (repos: Tenant) =>
  (await repos['users']!.orderBy('id').toArray()).map((row) => row['name'])

describe('the tables of a template', () => {
  it('are there by types once a tenant is named, with those that all share', async () => {
    const use = `
      import { connect } from 'sluice'
      import { repositories, type DB, type TenantRepositories, type User } from './index.js'
      const db = connect<DB>({})
      const shared = repositories(db)
      // @ts-expect-error a table that is there once for each tenant
      shared.users
      const tenant: TenantRepositories = shared.withSchema('t1')
      const other: TenantRepositories = tenant.withSchema('t2')
      export const rows: Promise<User[]> = other.users.filter({ countryRow: { name: 'x' } }).toArray()
      export const all = [shared.countries.count(), tenant.countries.count()]
      export const free = db.withSchema('t1').selectFrom('users').innerJoin('public.countries', 'code', 'country')
    `
    expect(typeErrors(new Map([...(await files()), ['use.ts', use]]))).toEqual([])
  })

  it('are refused before anything is sent as long as none is', async () => {
    const { users, posts, countries } = generated.repositories as unknown as Tenant
    const message = "template.users is there once for each tenant: name the tenant's schema"
    await expect(users!.toArray()).rejects.toThrow(message)
    await expect(users!.toArray()).rejects.toThrow(UsageError)
    await expect(users!.create({ name: 'x', role: 'guest' })).rejects.toThrow(message)
    await expect(users!.all().update({ name: 'x' })).rejects.toThrow(message)
    await expect(users!.all().delete()).rejects.toThrow(message)
    // Its type is each tenant's too.
    await expect(users!.bulkCreate([{ name: 'x', role: 'guest' }])).rejects.toThrow(
      'template.role is there once',
    )
    await expect(posts!.filter({ user: { name: 'x' } }).count()).rejects.toThrow(UsageError)
    expect(() => users!.toSQL()).toThrow(message)
    expect(() => [...users!.iterator()]).toThrow(message)
    expect(() => users!.toKysely()).toThrow(message)
    await expect(countries!.prefetchRelated('users' as never).toArray()).rejects.toThrow(message)
    expect(await countries!.count()).toBe(1)
    // Nor where a place was given for others alone.
    await expect(of({ public: 'public' })['users']!.count()).rejects.toThrow(message)
  })

  it('are those of the tenant, by every way of naming it', async () => {
    expect(await names(of('t1'))).toEqual(['Ada', 'Bob'])
    expect(await names(of({ template: 't2' }))).toEqual(['Zoe'])
    expect(await names(of('template'))).toEqual(['Nobody'])
    const { users } = generated.repositories as unknown as Tenant
    expect(await users!.withSchema('t2').count()).toBe(1)
    expect(await users!.using(generated.db.withSchema('t1')).count()).toBe(2)
    expect([...of('t1')['users']!.orderBy('id').iterator()].map((row) => row['name'])).toEqual(['Ada', 'Bob'])
  })

  it('lead to what all share where that is, and back', async () => {
    const { users, countries, posts } = of('t1')
    const { sql } = users!.filter({ countryRow: { name: 'France' }, role: { in: ['admin'] } }).toSQL()
    expect(sql).toContain('"t1"."users"')
    expect(sql).toContain('"public"."countries"')
    expect(sql).not.toContain('template')
    expect(await users!.filter({ countryRow: { name: 'France' }, role: { in: ['admin'] } }).count()).toBe(2)
    const [france] = await countries!.prefetchRelated('users' as never).toArray()
    expect(france).toMatchObject({ users: [{ name: 'Ada' }, { name: 'Bob' }] })
    expect(await posts!.selectRelated('user' as never).get({ id: 1 })).toMatchObject({
      user: { name: 'Ada' },
    })
  })

  it('take what is written, with the types of the tenant', async () => {
    const { users } = of('t2')
    await users!.create({ name: 'Yves', role: 'guest', country: 'fr' })
    await users!.bulkCreate([{ name: 'Xena', role: 'guest' }])
    expect(await names(of('t2'))).toEqual(['Zoe', 'Yves', 'Xena'])
    expect(await names(of('t1'))).toEqual(['Ada', 'Bob'])
    await expect(users!.create({ name: 'x', role: 'guest', country: 'xx' })).rejects.toThrow('t2.users')
  })
})

describe('the setting of tenants', () => {
  it('goes with a search_path that leads to what all share', async () => {
    const text = (await files({ tenants: ['template'], followSearchPath: true })).get('schema.ts')
    expect(text).toContain(`['countries', '["","countries"`)
    expect(text).toContain(`['template.users', '["template","users"`)
    await expect(files({ tenants: ['public'], followSearchPath: true })).rejects.toThrow(
      /tenants names public, whose tables followSearchPath leaves to the search_path/,
    )
  })

  it('refuses a schema that there is none of', async () => {
    await expect(files({ tenants: ['templat'] })).rejects.toThrow(
      'tenants[0] "templat" has no tables. Did you mean "template"?',
    )
  })

  it('may be the default schema, so that nothing is in it', async () => {
    const index = (await files({ tenants: ['public'] })).get('index.ts')
    expect(index).toMatch(/interface TenantRepositories extends Repositories \{\s+readonly countries: /)
  })
})
