import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { definePlugin, type ModelTable, type Plugin, type SchemaModel } from 'sluice/config'
import type { Settings } from '../../codegen/config/settings.js'
import { generate } from '../../codegen/generate.js'
import { runSqlText } from '../../codegen/sql-script/index.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'
import { contents, expectRefused } from './plugins-support.js'
import { temporaryFolder } from './support.js'

const SCHEMA = `
create type mood as enum ('sad', 'glad');
create type place as (street varchar(30), city text);
create domain email as varchar(120);
create domain handle as email not null;
create table users (
  id bigint primary key generated always as identity, email email not null unique, handle handle, name varchar(80) default 'nobody',
  mood mood, home place, secret text, score numeric(5,2) not null
);
comment on table users is 'Everyone';
comment on column users.name is 'Of choice';
create table posts (id int primary key, author_id bigint not null references users, secret_of bigint references users, title text not null);
create table audit (id int primary key, post_id int references posts);
create view glad as select id, name from users where mood = 'glad';
`

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
  await runSqlText(database.url, SCHEMA, 'schema.sql')
})

afterAll(() => database.drop())

interface Made {
  readonly files: ReadonlyMap<string, string>
  readonly skipped: readonly string[]
}

async function made(settings: Settings): Promise<Made> {
  using folder = temporaryFolder()
  const out = join(folder.path, 'out')
  const { model } = await generate({ source: { url: database.url }, out, settings })
  return { files: contents(out), skipped: model.skipped.map(({ name, reason }) => `${name}: ${reason}`) }
}

/** A plugin that changes tables, of those that it names. */
function changing(changes: Readonly<Record<string, (table: ModelTable) => object | undefined>>): Plugin {
  return {
    name: 'changing',
    model: (model) => ({
      ...model,
      tables: model.tables.flatMap((table) => {
        const changed = changes[table.name] === undefined ? table : changes[table.name]?.(table)
        return changed === undefined ? [] : [changed as ModelTable]
      }),
    }),
  }
}

const columns =
  (change: (column: ModelTable['columns'][number]) => object | undefined) => (table: ModelTable) => ({
    ...table,
    columns: table.columns.flatMap((column) => change(column) ?? []),
  })

describe('the hook model', () => {
  it('sees tables, columns, keys, relations and types, frozen', async () => {
    let seen: SchemaModel | undefined
    await made({ brandedIds: true, plugins: [{ name: 'sees', model: (model) => void (seen = model) }] })
    const users = seen?.tables.find(({ name }) => name === 'users')
    const posts = seen?.tables.find(({ name }) => name === 'posts')
    expect(seen?.tables.map(({ name, kind, writable }) => [name, kind, writable])).toEqual([
      ['audit', 'table', true],
      ['glad', 'view', false],
      ['posts', 'table', true],
      ['users', 'table', true],
    ])
    expect(users).toMatchObject({
      ...{
        schema: 'public',
        comment: 'Everyone',
        primaryKey: ['id'],
        uniqueKeys: [['email']],
        foreignKeys: [],
      },
      names: {
        ...{
          repository: 'users',
          row: 'User',
          insert: 'NewUser',
          update: 'UserUpdate',
          filter: 'UserFilter',
        },
        ...{ class: 'UsersRepository', file: 'users' },
      },
    })
    const column = (name: string) => users?.columns.find((each) => each.name === name)
    expect(column('id')).toEqual({
      ...{
        property: 'id',
        name: 'id',
        type: 'int8',
        sqlType: 'bigint',
        comment: undefined,
        expression: undefined,
      },
      ...{
        nullable: false,
        optional: true,
        generated: 'identity',
        row: 'UserId',
        input: 'UserId',
        refined: true,
      },
    })
    expect(column('name')).toMatchObject({
      ...{
        sqlType: 'character varying(80)',
        comment: 'Of choice',
        expression: "'nobody'::character varying",
      },
      ...{
        nullable: true,
        optional: true,
        generated: undefined,
        row: 'string',
        input: 'string',
        refined: false,
      },
    })
    expect(column('mood')).toMatchObject({ row: 'Mood', type: { kind: 'enum', labels: ['sad', 'glad'] } })
    expect(column('score')).toMatchObject({
      sqlType: 'numeric(5,2)',
      row: 'string',
      input: 'string | number | bigint',
    })
    expect(
      posts?.relations.map(({ name, kind, target, key, form }) => [name, kind, target, key, form]),
    ).toEqual([
      ['author', 'one', 'public.users', 'public.posts_author_id_fkey', 'forward'],
      ['secretOfUser', 'one', 'public.users', 'public.posts_secret_of_fkey', 'forward'],
      ['audits', 'many', 'public.audit', 'public.audit_post_id_fkey', 'inverse'],
    ])
    expect(posts?.foreignKeys[0]?.references).toEqual({ schema: 'public', table: 'users', columns: ['id'] })
    expect(seen?.enums.map(({ typeName }) => typeName)).toEqual(['Mood'])
    expect(seen?.composites).toMatchObject([
      { typeName: 'Place', sqlTypes: ['character varying(30)', 'text'] },
    ])
    expect(seen?.domains).toMatchObject([
      { schema: 'public', name: 'email', sqlType: 'character varying(120)', typeName: 'Email' },
      { schema: 'public', name: 'handle', sqlType: 'public.email', typeName: 'Handle' },
    ])
    const isFrozen = (value: unknown): boolean =>
      typeof value !== 'object' ||
      value === null ||
      (Object.isFrozen(value) && Object.values(value).every(isFrozen))
    expect(isFrozen(seen)).toBe(true)
  })

  it('changes names and types as settings do', async () => {
    const renamed = changing({
      users: (table) => ({
        ...columns((column) =>
          column.name === 'email'
            ? { ...column, property: 'address', setting: { type: '`${string}@${string}`' } }
            : column.name === 'id'
              ? { ...column, setting: 'number' }
              : column,
        )(table),
        names: { ...table.names, repository: 'people', row: 'Person' },
      }),
      posts: (table) => ({
        ...table,
        relations: table.relations.map((each) =>
          each.name === 'author' ? { ...each, name: 'writer' } : each,
        ),
      }),
    })
    const types = definePlugin({
      name: 'types',
      // It sees what the plugin before has left.
      model: async (model) => {
        expect(await Promise.resolve(model.tables.map(({ names }) => names.row))).toContain('Person')
        return { ...model, enums: model.enums.map((each) => ({ ...each, typeName: 'Feeling' })) }
      },
    })
    const { files } = await made({ plugins: [renamed, types] })
    const set = await made({
      names: {
        tables: { 'public.users': { repository: 'people', row: 'Person' } },
        columns: { 'public.users.email': 'address' },
        types: { 'public.mood': 'Feeling' },
      },
      columns: { 'public.users.email': { type: '`${string}@${string}`' }, 'public.users.id': 'number' },
      relations: { 'public.posts_author_id_fkey': { name: 'writer' } },
    })
    expect(files).toEqual(set.files)
    expect(files.get('people.ts')).toContain('address: `${string}@${string}`')
  })

  it('leaves out tables, and columns with their keys, and says other comments', async () => {
    const { files, skipped } = await made({
      plugins: [
        changing({
          audit: () => undefined,
          users: (table) => ({
            ...columns((column) => (column.name === 'secret' ? undefined : column))(table),
            comment: 'All',
          }),
          posts: columns((column) =>
            column.name === 'secret_of'
              ? undefined
              : column.name === 'title'
                ? { ...column, comment: 'Short' }
                : column,
          ),
        }),
      ],
    })
    expect([...files.keys()]).not.toContain('audit.ts')
    expect(skipped).toEqual(['audit: left out by the plugin "changing"'])
    const all = [...files.values()].join('\n')
    expect(all).not.toMatch(/secret|audit/i)
    expect(files.get('posts.ts')).toMatch(/\/\*\* Short \*\/\n {2}title: string/)
    expect(files.get('users.ts')).toMatch(/\* All\n/)
  })

  it.each<[string, NonNullable<Plugin['model']>, RegExp]>([
    [
      'throws',
      () => {
        throw new Error('of its own')
      },
      /threw: of its own\n +at .*plugins\.test/,
    ],
    ['rejects', () => Promise.reject(new Error('later')), /threw: later/],
    [
      'changes what it was given',
      (model) => void Object.assign(model, { tables: [] }),
      /threw: Cannot assign to read only/,
    ],
    ['gives back no model', () => 1 as never, /gave back a model that is no object/],
    ['gives back no tables', () => ({}) as never, /whose tables are no array/],
    ['leaves out all', (model) => ({ ...model, tables: [] }), /left out every table and view/],
    [
      'adds a table',
      (model) => ({ ...model, tables: [...model.tables, { ...model.tables[0]!, name: 'user' }] }),
      /gave back the table public\.user, which is not in the schema\. Did you mean "public\.users"\?/,
    ],
    [
      'gives a table twice',
      (model) => ({ ...model, tables: [...model.tables, model.tables[0]!] }),
      /gave back the table public\.audit twice/,
    ],
    ['leaves out an enum', (model) => ({ ...model, enums: [] }), /left out public\.mood/],
    ['changes a domain', (model) => ({ ...model, domains: [] }), /changed domains of the model/],
    [
      'changes what follows',
      (model) => each(model, (table) => ({ ...table, names: { ...table.names, insert: 'X' } })),
      /changed insert of the names of public\.audit\. What it may change there: repository, row/,
    ],
    [
      'makes a column nullable',
      (model) =>
        each(
          model,
          columns((column) => ({ ...column, nullable: true })),
        ),
      /changed nullable of public\.audit\.id\. What it may change there: property, comment, setting/,
    ],
    [
      'leaves out what inserts need',
      (model) =>
        each(
          model,
          columns(({ name, ...column }) => (name === 'title' ? undefined : { name, ...column })),
        ),
      /left out the column public\.posts\.title, without which no row can be inserted/,
    ],
    [
      'names a column in no way',
      (model) =>
        each(
          model,
          columns((column) => ({ ...column, property: 7 })),
        ),
      /the property of public\.audit\.id as 7, which has to be a string/,
    ],
    [
      'names columns the same',
      (model) =>
        each(
          model,
          columns((column) => ({ ...column, property: 'same' })),
        ),
      /both choose "same"/,
    ],
    [
      'takes a reserved name',
      (model) =>
        each(
          model,
          columns((column) => ({ ...column, property: 'and' })),
        ),
      /cannot be: .*"and", which is reserved/,
    ],
    [
      'sets no codec',
      (model) =>
        each(
          model,
          columns((column) => ({ ...column, setting: 'numbr' })),
        ),
      /cannot be: the setting of public\.audit\.id has to be/,
    ],
    [
      'sets a codec of another type',
      (model) =>
        each(
          model,
          columns((column) => ({ ...column, setting: 'bigint' })),
        ),
      /cannot be: .*which int4 does not have/,
    ],
    [
      'sets what is no type',
      (model) =>
        each(
          model,
          columns((column) => ({ ...column, setting: { type: 'a; b' } })),
        ),
      /cannot be: columns\["public\.audit\.id"\] is no type of TypeScript/,
    ],
    [
      'drops a relation',
      (model) => each(model, (table) => ({ ...table, relations: [] })),
      /left out the relation post of public\.audit/,
    ],
  ])('that %s ends the run by name, with nothing written', async (_what, model, message) => {
    await expectRefused(database.url, { name: 'faulty', model }, 'model', message)
  })
})

/** A model with every table changed. */
function each(model: SchemaModel, change: (table: ModelTable) => object): SchemaModel {
  return { ...model, tables: model.tables.map((table) => change(table) as ModelTable) }
}
