import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emit } from '../../codegen/emit/emit.js'
import type { Catalog } from '../../codegen/introspect/catalog.js'
import { readOnly } from '../../codegen/introspect/connection.js'
import { introspect } from '../../codegen/introspect/introspect.js'
import { readTypes } from '../../codegen/introspect/types.js'
import { buildModel } from '../../codegen/model/build-model.js'
import { runSqlText } from '../../codegen/sql-script/index.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'
import { importGenerated } from './generated-folder.js'
import { relationsIn } from './relations-support.js'
import { introspected } from './support.js'

const schema = `
  create table base (id int primary key, name text not null);

  -- Views in circles: as CREATE OR REPLACE leaves them, of one view, of three, and through what is no plain view.
  create view one as select id, name from base;
  create view two as select id, name from one;
  create or replace view one as select id, name from two;
  create view itself as select id, name from base;
  create or replace view itself as select id, name from itself;
  create view near as select id, name from base;
  create view middle as select id, name from near;
  create view far as select id, name from middle where id > 0;
  create or replace view near as select id, name from far;
  create view beside as select id, name from one;
  create view by_function as select id, name from base;
  create function of_view() returns setof by_function language sql as 'select * from by_function';
  create or replace view by_function as select id, name from of_view();
  create view by_copy as select id, name from base;
  create materialized view copy as select id, name from by_copy;
  create or replace view by_copy as select id, name from copy;
  create view chain_0 as select id, name from base;
  do $do$ begin
    for n in 1..300 loop execute format('create view chain_%s as select id, name from chain_%s', n, n - 1); end loop;
  end $do$;

  -- Parents that are not certain to be there to be read.
  create table authors (id int primary key, name text not null);
  create table shelves (id int primary key);
  create table lenders (id int primary key);
  create table books (
    id int primary key, author_id int not null references authors, shelf_id int not null references shelves,
    lender_id int not null
  );
  create table papers (id int primary key, book_id int not null references books) partition by list (id);
  create table papers_1 partition of papers for values in (1);
  create table things (id int primary key, shelf_id int not null references shelves);
  create table lamps (watts int) inherits (things);
  alter table authors enable row level security;

  insert into authors values (1, 'Ada'), (2, 'hidden');
  insert into shelves values (1);
  insert into books values (1, 1, 1, 7), (2, 2, 1, 8);
  alter table books add constraint lends foreign key (lender_id) references lenders not valid;
`

let database: TestDatabase
let catalog: Catalog

beforeAll(async () => ({ database, catalog } = await introspected(schema)))

afterAll(() => database.drop())

function nullable(name: string): boolean[] {
  return catalog.tables.find((table) => table.name === name)?.columns.map((column) => column.nullable) ?? []
}

describe('views that go round in a circle', () => {
  it.each(['one', 'two', 'itself', 'near', 'middle', 'far', 'beside', 'by_function', 'by_copy', 'copy'])(
    'are generated, with nothing certain of their columns: %s',
    (name) => {
      expect(nullable(name)).toEqual([true, true])
    },
  )

  it('are told from those that lead to a table at last', () => {
    expect(nullable('chain_300')).toEqual([false, false])
  })

  it('have no like in types, which the server refuses', async () => {
    const attempts = [
      'create table t (id int); alter table t add column own t[]',
      'create type u as (id int); create domain d as u[]; alter type u add attribute own d',
      'create type v as (id int); create type w as (v v); alter type v alter attribute id type w[]',
    ]
    for (const attempt of attempts)
      await expect(runSqlText(database.url, attempt, 'circle.sql')).rejects.toThrow('member of itself')
  })
})

describe('a relation to a parent that may not be seen', () => {
  it('is nullable behind row-level security, a key that is not valid and a key that heirs do not have', () => {
    const relations = relationsIn(buildModel(catalog))
    expect(relations['books']?.slice(0, 3)).toEqual([
      'author → public.authors?',
      'shelf → public.shelves',
      'lender → public.lenders?',
    ])
    expect(relations['things']).toEqual(['shelf → public.shelves?'])
    expect(relations['papers']).toEqual(['book → public.books'])
  })

  it('is nullable behind a key that is not enforced', async () => {
    await using other = await createTestDatabase()
    const client = new Client(other.url)
    await client.connect()
    const { rows } = await client.query<{ number: number }>(
      `select current_setting('server_version_num')::int as number`,
    )
    await client.end()
    if ((rows[0]?.number ?? 0) < 180_000) return
    const text = `create table parents (id int primary key);
      create table children (parent_id int not null references parents not enforced);`
    await runSqlText(other.url, text, 'test.sql')
    expect(relationsIn(buildModel(await introspect(other.url)))['children']).toEqual([
      'parent → public.parents?',
    ])
  })

  it('is null in joins and prefetches, and in the types, where no row is to be seen', async () => {
    const role = `reader_${database.name}`
    const model = buildModel(catalog)
    const files = new Map(emit(model).map(({ name, text }) => [name, text]))
    expect(files.get('books.ts')).toMatch(/author: ToOne<AuthorsModel, true>/)
    const client = new Client(database.url)
    await client.connect()
    // A script's policies are left out, having no bearing on the structure.
    await client.query(`create policy known on authors using (name <> 'hidden')`)
    await client.query(
      `create role ${role} login password 'secret'; grant select on all tables in schema public to ${role}`,
    )
    try {
      const url = new URL(database.url)
      url.username = role
      url.password = 'secret'
      await using generated = await importGenerated(files, 'wrong-turns', url.href)
      const books = generated.repositories['books'] as unknown as {
        selectRelated(...names: string[]): { orderBy(name: string): { toArray(): Promise<object[]> } }
        prefetchRelated(...names: string[]): { orderBy(name: string): { toArray(): Promise<object[]> } }
      }
      const expected = [
        { id: 1, author: { name: 'Ada' }, lender: null },
        { id: 2, author: null, lender: null },
      ]
      expect(await books.selectRelated('author', 'lender').orderBy('id').toArray()).toMatchObject(expected)
      expect(await books.prefetchRelated('author', 'lender').orderBy('id').toArray()).toMatchObject(expected)
    } finally {
      await client.query(`drop owned by ${role}; drop role ${role}`)
      await client.end()
    }
  })
})

describe('reading the catalog', () => {
  it('takes no limit in time from the role or the database', async () => {
    const names = [
      ...['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout'],
      'search_path',
    ]
    const client = new Client(database.url)
    await client.connect()
    for (const name of names.slice(0, 3))
      await client.query(`alter database "${database.name}" set ${name} = '7min'`)
    await client.end()
    const settings = await readOnly(database.url, async (reading) => {
      const { rows } = await reading.query<{ value: string | null }>(
        'select current_setting(name, true) as value from unnest($1::text[]) with ordinality as n (name, place) order by place',
        [names],
      )
      return rows.map(({ value }) => value ?? '0')
    })
    expect(settings).toEqual(['0', '0', '0', '0', 'pg_catalog'])
  })

  it('reads the types of what is kept alone, not the two of each table and partition', async () => {
    const types = await readOnly(database.url, async (client) => {
      const { rows } = await client.query<{ oid: number }>(`select 'public.base'::regclass::oid as oid`)
      return await readTypes(client, [rows[0]?.oid ?? 0])
    })
    expect(types.map(({ name }) => name)).toEqual(['int4', 'text'])
  })
})
