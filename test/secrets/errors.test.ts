import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  CheckViolation,
  DecodeError,
  EncodeError,
  IntegrityError,
  QueryError,
  SchemaDriftError,
} from 'sluice'
import { openShop, type Shop } from '../support/shop.js'
import { printed } from './printed.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop({ users: 3 })
})
afterAll(async () => {
  await shop[Symbol.asyncDispose]()
})

async function failureOf(work: () => unknown): Promise<Error> {
  try {
    await work()
  } catch (error) {
    return error as Error
  }
  throw new Error('Nothing failed.')
}

const taken = { email: 'user1@example.com', name: 'hunter2' }

/** A function of the database that raises what it is given. */
async function raising(options: string): Promise<void> {
  await shop.sql(`create or replace function raises() returns trigger language plpgsql as
    $$ begin raise exception 'refused' using ${options}; end $$`)
  await shop.sql(
    'create or replace trigger raises before update on users for each row execute function raises()',
  )
}

const failing: Record<string, (shop: Shop) => unknown> = {
  'a duplicate key': ({ users }) => users.create({ email: 'user2@example.com', name: 'hunter2' }),
  'a CHECK': ({ coupons }) => coupons.create({ code: 'hunter2', discount: 5 }),
  'a CHECK of a domain': ({ users }) => users.create({ email: 'hunter2', name: 'x' }),
  'NOT NULL': ({ users }) => users.create({ name: 'hunter2' } as never),
  'a foreign key': ({ posts }) => posts.create({ authorId: 4711, title: 'hunter2', slug: 's' }),
  'a bulk write': ({ users }) => users.bulkCreate([taken, { email: 'a@b', name: 'hunter2' }]),
  'a bulk update': ({ users }) => users.bulkUpdate([{ id: 2, email: taken.email }], ['email']),
  'two rows with one key': ({ users }) =>
    users.bulkCreate([taken, taken], { updateConflicts: { target: ['email'], set: ['name'] } as never }),
  'a value that the server refuses': ({ users }) => users.filter({ birthDate: '2024-77-99' }).toArray(),
  'the same, streamed': ({ users }) => users.filter({ birthDate: '2024-77-99' }).aiterator().next(),
  'the same on the worker': ({ users }) => users.filter({ birthDate: '2024-77-99' }).iterator().next(),
  'the same in free-hand SQL': ({ db }) => sql`select ${'hunter2'}::int`.execute(db),
  'a syntax error in a value': ({ db }) => sql`select to_tsquery(${'hunter2 ('})`.execute(db),
  'a duplicate key in free-hand SQL': ({ db }) =>
    db
      .insertInto('users')
      .values({ ...taken, name: 'hunter2' })
      .execute(),
  'an error in dynamic SQL': ({ db }) =>
    sql.raw(`do $$ begin execute 'select hunter' || 2 || ' from nowhere'; end $$`).execute(db),
  'a string for a number': ({ users }) => users.filter({ id: 'hunter2' as never }),
  'an object for a string': ({ users }) => users.filter({ name: { exact: { hunter2: 1 } as never } }),
  'a label that is none': ({ orders }) => orders.filter({ status: 'hunter2' as never }),
  'text with a NUL': ({ users }) => users.filter({ name: 'hunter2\0' }),
  'a number that is too large': ({ users }) => users.filter({ id: 47_114_711_471 }),
  'a lookup with a wrong operand': ({ users }) => users.filter({ tags: { length: 'hunter2' as never } }),
  'a filter that is none': ({ users }) => users.filter('hunter2' as never),
}

describe('an error shows no values:', () => {
  test.each(Object.entries(failing))('%s', async (_, work) => {
    const text = printed(await failureOf(async () => await work(shop)))
    for (const value of ['hunter2', 'user1@', 'user2@', '4711', '2024-77-99'])
      expect(text).not.toContain(value)
  })

  test('what was raised in the database beside the message', async () => {
    await raising(`detail = 'hunter2 is ' || new.name, hint = 'not hunter2', errcode = '23514'`)
    const error = await failureOf(() => shop.users.filter({ id: 1 }).update({ name: 'hunter2' }))
    await shop.sql('drop trigger raises on users')
    expect(printed(error)).not.toContain('hunter2')
    expect(error).toBeInstanceOf(IntegrityError)
    expect((error as IntegrityError).detail).toBe('hunter2 is hunter2')
  })

  test('a cell that cannot be read', async () => {
    await shop.sql(`update users set created_at = '294276-04-07' where id = 3`)
    const error = await failureOf(() => shop.users.filter({ id: 3 }).toArray())
    expect(printed(error)).not.toContain('294276')
    expect(error).toBeInstanceOf(DecodeError)
    expect((error as DecodeError).value).toContain('294276')
    await shop.sql(`update users set created_at = now() where id = 3`)
  })
})

test('what is not printed is there for those who ask', async () => {
  const unique = await failureOf(() => shop.users.create(taken))
  expect(unique).toBeInstanceOf(QueryError)
  expect(unique).toHaveProperty('detail', 'Key (email)=(user1@example.com) already exists.')
  expect(unique.cause).toHaveProperty('detail', 'Key (email)=(user1@example.com) already exists.')

  const bad = await failureOf(() => shop.users.filter({ birthDate: '2024-77-99' }).toArray())
  expect(bad.message).toEqual(expect.stringContaining('date/time field value out of range: "…".'))
  expect(bad.cause).toHaveProperty('fullMessage', 'date/time field value out of range: "2024-77-99"')
  const worker = await failureOf(() => shop.users.filter({ birthDate: '2024-77-99' }).iterator().next())
  expect(worker.cause).toMatchObject({ code: '22008', message: expect.stringContaining('"…"') as string })

  const encode = await failureOf(() => shop.users.filter({ id: 'one' as never }))
  expect(encode).toBeInstanceOf(EncodeError)
  expect((encode as EncodeError).value).toBe('one')
})

test('what is in the SQL is shown: a column that is not there, and a literal', async () => {
  const error = await failureOf(() => sql`select nothing from users`.execute(shop.db))
  expect(error.message).toContain('"nothing"')
  const literal = await failureOf(() => sql`select 'soon'::date`.execute(shop.db))
  expect(literal.message).toContain('"soon"')
})

describe('the columns of a violation', () => {
  test('cannot be forged by a value', async () => {
    for (const name of ['admin)=(x', 'x, "admin")=(', `${'"'.repeat(60)}, admin)=(`]) {
      const error = await failureOf(() => shop.coupons.create({ code: `a (${name}`, discount: 5 }))
      expect(error).toBeInstanceOf(CheckViolation)
      expect(error).toMatchObject({ columns: [] })
    }
    for (const code of ['23505', '23503', '23514', '23P01']) {
      await raising(`errcode = '${code}', detail = 'Key (admin)=(' || new.name`)
      const error = await failureOf(() => shop.users.filter({ id: 1 }).update({ name: 'x' }))
      expect(error).toMatchObject({ sqlState: code, columns: [] })
    }
    await shop.sql('drop trigger raises on users')
  })

  test('are those of the key where the server names them, whatever the row holds', async () => {
    await shop.sql('create unique index on posts (title, slug)')
    const post = { authorId: 1, title: 'a)=(b', slug: 'x, "y")=(' }
    await shop.posts.create(post)
    const error = await failureOf(() => shop.posts.create(post))
    expect((error as IntegrityError).columns.length).toBeGreaterThan(0)
    for (const column of (error as IntegrityError).columns)
      expect(['authorId', 'title', 'slug']).toContain(column)
  })

  test('are found at once, whatever a CHECK has refused', async () => {
    const row = { email: '"'.repeat(60), name: '"'.repeat(60) }
    await shop.sql('alter table users add constraint short check (length(name) < 50)')
    const start = performance.now()
    expect(await failureOf(() => shop.users.create({ ...row, email: 'a@b' }))).toBeInstanceOf(CheckViolation)
    expect(await failureOf(() => shop.users.create(row))).toBeInstanceOf(CheckViolation)
    expect(performance.now() - start).toBeLessThan(10_000)
  })
})

describe('what a trigger, a function or a value names is no schema drift', () => {
  test('a table that a trigger misses', async () => {
    await shop.sql(`create or replace function logs() returns trigger language plpgsql as
      $$ begin insert into audit values (1); return new; end $$`)
    await shop.sql(
      'create or replace trigger logs before update on users for each row execute function logs()',
    )
    const error = await failureOf(() => shop.users.filter({ id: 1 }).update({ name: 'x' }))
    await shop.sql('drop trigger logs on users')
    expect(error).not.toBeInstanceOf(SchemaDriftError)
    expect(error).toMatchObject({ sqlState: '42P01', code: 'QUERY_FAILED' })
    expect(error.message).toContain('"audit"')
  })

  test('a table named by a value, and a column that a function misses', async () => {
    const named = shop.users.filter(() => sql<boolean>`cast(${'nowhere'} as regclass) is null`)
    expect(await failureOf(() => named.toArray())).toMatchObject({ sqlState: '42P01', code: 'QUERY_FAILED' })
    await shop.sql(
      `create function misses() returns int language plpgsql as $$ begin return (select n from users); end $$`,
    )
    const calling = shop.users.filter(() => sql<boolean>`misses() = 1`)
    expect(await failureOf(() => calling.toArray())).toMatchObject({
      sqlState: '42703',
      code: 'QUERY_FAILED',
    })
  })
})
