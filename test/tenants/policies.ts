import { afterAll, beforeAll, beforeEach } from 'vitest'
import { connect, type Database } from 'sluice'
import { repositories, type DB, type Repositories } from '../../generated/index.js'
import { openShop, type Shop } from '../support/shop.js'

/** A third of the 30 users belong to each of three tenants; posts are everyone's, one for each user. */
const POLICIES = `
  alter table users add tenant int not null default 1;
  update users set tenant = 1 + id % 3;
  insert into posts (author_id, editor_id, title, slug) select id, nullif(id % 4, 0), 'T' || id, 's' || id from users;
  alter table users enable row level security;
  create policy own on users using (tenant = nullif(current_setting('app.tenant', true), '')::int)`

export let shop: Shop
/** One that policies hold for, and that may become `${role}_two`. */
export let role: string
/** A new one for each test, with one connection, by that role. */
export let db: Database<DB>
export let repos: Repositories

/** Has the tests of a file run on a shop whose users are hidden by policies. */
export function usePolicies(): void {
  beforeAll(async () => {
    shop = await openShop({ users: 30 })
    // Roles are of the whole server.
    role = `tenant_${shop.database.name}`
    await shop.sql(POLICIES)
    await shop.sql(`create role ${role} login noinherit password 'secret'; create role ${role}_two; grant ${role}_two to ${role};
      grant all on all tables in schema public to ${role}, ${role}_two;
      create policy two on users to ${role}_two using (tenant = 3)`)
  })
  afterAll(async () => {
    await db.close()
    await shop.sql(`drop owned by ${role}, ${role}_two; drop role ${role}, ${role}_two`)
    await shop[Symbol.asyncDispose]()
  })

  beforeEach(async () => {
    await db?.close()
    db = connect<DB>({ connectionString: url(), max: 1 })
    repos = repositories(db)
  })
}

/** Where the role connects to. */
export function url(): string {
  const url = new URL(shop.database.url)
  url.username = role
  url.password = 'secret'
  return url.href
}

/** Which tenants users are of. */
export const tenants = (rows: readonly { readonly id: number }[]) =>
  new Set(rows.map(({ id }) => 1 + (id % 3)))

export async function collect<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const row of rows) all.push(row)
  return all
}
