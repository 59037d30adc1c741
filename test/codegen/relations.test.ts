import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emit } from '../../codegen/emit/emit.js'
import type { Catalog } from '../../codegen/introspect/catalog.js'
import { buildModel } from '../../codegen/model/build-model.js'
import type { TestDatabase } from '../support/database.js'
import { relationsIn } from './relations-support.js'
import { introspected, typeErrors } from './support.js'

const schema = `
  create schema billing;
  create table companies (id int primary key, code text not null unique, "companyId" int);
  create table users (
    id int primary key, email text not null unique, company_id int not null references companies,
    referred_by int references users, mentor int references users, seat_id int, seat_floor int, reviews int
  );
  create table user_profiles (user_id int primary key references users);
  create table badges (id int primary key references users, company_code text references companies (code));
  create table mails (id int primary key, email text references users (email), "senderId" int references users);
  create table countries (code char(2) primary key);
  create table cities (
    id int primary key, country_code char(2) not null references countries, country text,
    mayor_id int references users, mayor text
  );
  create table categories (id int primary key, parent_id int references categories);
  create table posts (
    id int primary key, author_id int not null references users, editor_id int references users, title text not null
  );
  create table reviews (id int primary key, user_id int not null references users);
  create table contracts (id int primary key, owner_id int unique references users, witness_id int references users);

  -- Composite keys, with and without a name of their own.
  create table tenants (id int primary key);
  create table members (tenant_id int references tenants, id int, primary key (tenant_id, id));
  create table notes (
    tenant_id int not null, id int, author_id int not null, reader_tenant_id int, reader_id int,
    primary key (tenant_id, id),
    foreign key (tenant_id, author_id) references members (tenant_id, id),
    foreign key (reader_id, reader_tenant_id) references members (id, tenant_id)
  );
  create table orders (id int primary key);
  create table order_lines (order_id int references orders, line int, primary key (order_id, line));
  create table returns (id int primary key, order_id int, line int, unique (order_id, line),
    foreign key (order_id, line) references order_lines);

  -- Link tables, and what is none.
  create table tags (id int primary key);
  create table post_tags (post_id int references posts, tag_id int references tags, primary key (post_id, tag_id));
  create table likes (
    id serial primary key, post_id int not null references posts, user_id int not null references users,
    at timestamptz not null default now(), unique (post_id, user_id)
  );
  create table bookmarks (post_id int references posts, user_id int references users, primary key (user_id, post_id));
  create table ratings (
    post_id int references posts, tag_id int references tags, stars int not null, primary key (post_id, tag_id)
  );
  create table follows (
    follower_id int references users, followee_id int references users, primary key (follower_id, followee_id)
  );
  create table note_tags (
    tenant_id int references tenants, note_id int, tag_id int references tags, primary key (tenant_id, note_id, tag_id),
    foreign key (tenant_id, note_id) references notes
  );

  -- Names that meet.
  create table invoices (id int primary key, user_id int not null references users);
  create table billing.invoices (id int primary key, user_id int not null references users);
  create table twice (
    user_id int references users (id), again int,
    constraint b_fk foreign key (user_id) references users (id),
    constraint a_fk foreign key (user_id) references users (id)
  );
  create table both_ways (
    id int primary key, thing_id int not null,
    constraint to_user foreign key (thing_id) references users,
    constraint to_tag foreign key (thing_id) references tags
  );
  create table late (id int primary key, user_id int not null);
  alter table late add foreign key (user_id) references users not valid;
  create table words ("and_id" int references tags, constructor_id int references users);
  create view seen as select * from posts;
`

let database: TestDatabase
let catalog: Catalog

beforeAll(async () => ({ database, catalog } = await introspected(schema)))

afterAll(() => database.drop())

function relation(of: string, name: string) {
  const { tables } = buildModel(catalog)
  const table = tables.find(({ table }) => `${table.schema}.${table.name}` === of)
  return table?.schema.relations?.find((each) => each.name === name)
}

describe('relations', () => {
  it('are named by the foreign keys, in both directions', () => {
    expect(relationsIn(buildModel(catalog))).toMatchInlineSnapshot(`
      {
        "badges": [
          "user → public.users",
          "company → public.companies?",
        ],
        "billingInvoices": [
          "user → public.users",
        ],
        "bookmarks": [
          "post → public.posts",
          "user → public.users",
        ],
        "bothWays": [
          "thingTag → public.tags",
          "thingUser → public.users",
        ],
        "categories": [
          "parent → public.categories?",
          "categoriesByParent → public.categories[]",
        ],
        "cities": [
          "countryRow → public.countries",
          "mayorUser → public.users?",
        ],
        "companies": [
          "badges → public.badges[]",
          "users → public.users[]",
        ],
        "contracts": [
          "owner → public.users?",
          "witness → public.users?",
        ],
        "countries": [
          "cities → public.cities[]",
        ],
        "follows": [
          "follower → public.users",
          "followee → public.users",
        ],
        "invoices": [
          "user → public.users",
        ],
        "late": [
          "user → public.users?",
        ],
        "likes": [
          "post → public.posts",
          "user → public.users",
        ],
        "mails": [
          "user → public.users?",
          "sender → public.users?",
        ],
        "members": [
          "tenant → public.tenants",
          "notesByAuthor → public.notes[]",
          "notesByReader → public.notes[]",
        ],
        "noteTags": [
          "note → public.notes",
          "tenant → public.tenants",
          "tag → public.tags",
        ],
        "notes": [
          "author → public.members",
          "reader → public.members?",
          "noteTags → public.note_tags[]",
          "tags → public.tags[] through public.note_tags",
        ],
        "orderLines": [
          "order → public.orders",
          "return → public.returns?",
        ],
        "orders": [
          "orderLines → public.order_lines[]",
        ],
        "postTags": [
          "post → public.posts",
          "tag → public.tags",
        ],
        "posts": [
          "author → public.users",
          "editor → public.users?",
          "bookmarks → public.bookmarks[]",
          "likes → public.likes[]",
          "postTags → public.post_tags[]",
          "ratings → public.ratings[]",
          "tags → public.tags[] through public.post_tags",
          "usersByBookmarks → public.users[] through public.bookmarks",
          "usersByLikes → public.users[] through public.likes",
        ],
        "ratings": [
          "post → public.posts",
          "tag → public.tags",
        ],
        "returns": [
          "orderLine → public.order_lines?",
        ],
        "reviews": [
          "user → public.users",
        ],
        "tags": [
          "bothWays → public.both_ways[]",
          "noteTags → public.note_tags[]",
          "postTags → public.post_tags[]",
          "ratings → public.ratings[]",
          "words → public.words[]",
          "notes → public.notes[] through public.note_tags",
          "posts → public.posts[] through public.post_tags",
        ],
        "tenants": [
          "members → public.members[]",
          "noteTags → public.note_tags[]",
        ],
        "twice": [
          "user → public.users?",
        ],
        "userProfiles": [
          "user → public.users",
        ],
        "users": [
          "company → public.companies",
          "referredByUser → public.users?",
          "mentorUser → public.users?",
          "badge → public.badges?",
          "billingInvoices → billing.invoices[]",
          "bookmarks → public.bookmarks[]",
          "bothWays → public.both_ways[]",
          "cities → public.cities[]",
          "contractByOwner → public.contracts?",
          "contractsByWitness → public.contracts[]",
          "followsByFollowee → public.follows[]",
          "followsByFollower → public.follows[]",
          "invoices → public.invoices[]",
          "lates → public.late[]",
          "likes → public.likes[]",
          "mailsBySender → public.mails[]",
          "mailsByUser → public.mails[]",
          "postsByAuthor → public.posts[]",
          "postsByEditor → public.posts[]",
          "reviewsByUser → public.reviews[]",
          "twices → public.twice[]",
          "userProfile → public.user_profiles?",
          "usersByMentor → public.users[]",
          "usersByReferredBy → public.users[]",
          "words → public.words[]",
          "postsByBookmarks → public.posts[] through public.bookmarks",
          "postsByLikes → public.posts[] through public.likes",
          "usersByFollowee → public.users[] through public.follows",
          "usersByFollower → public.users[] through public.follows",
        ],
        "words": [
          "andTag → public.tags?",
          "constructorUser → public.users?",
        ],
      }
    `)
  })

  it('report which could not have the name expected', () => {
    expect(buildModel(catalog).renamed).toMatchInlineSnapshot(`
      [
        {
          "by": "billing",
          "from": "billing.invoices",
          "setting": "names.tables["billing.invoices"]",
          "to": "billingInvoices",
        },
        {
          "from": "a relation of public.both_ways by public.both_ways.to_tag",
          "setting": "relations["public.to_tag"].name",
          "to": "thingTag",
        },
        {
          "from": "a relation of public.both_ways by public.both_ways.to_user",
          "setting": "relations["public.to_user"].name",
          "to": "thingUser",
        },
        {
          "from": "a relation of public.cities by public.cities.cities_country_code_fkey",
          "setting": "relations["public.cities_country_code_fkey"].name",
          "to": "countryRow",
        },
        {
          "from": "a relation of public.cities by public.cities.cities_mayor_id_fkey",
          "setting": "relations["public.cities_mayor_id_fkey"].name",
          "to": "mayorUser",
        },
        {
          "from": "a relation of public.users by public.reviews.reviews_user_id_fkey",
          "setting": "relations["public.reviews_user_id_fkey"].inverse",
          "to": "reviewsByUser",
        },
        {
          "from": "a relation of public.words by public.words.words_and_id_fkey",
          "setting": "relations["public.words_and_id_fkey"].name",
          "to": "andTag",
        },
        {
          "from": "a relation of public.words by public.words.words_constructor_id_fkey",
          "setting": "relations["public.words_constructor_id_fkey"].name",
          "to": "constructorUser",
        },
      ]
    `)
  })

  it('to one row may lack it as the columns may be null, or the key is not validated', () => {
    expect(relation('public.posts', 'author')).toEqual({
      ...{ name: 'author', kind: 'one', nullable: false, target: 'public.users' },
      ...{ columns: ['authorId'], targetColumns: ['id'] },
    })
    expect(relation('public.posts', 'editor')).toMatchObject({ kind: 'one', nullable: true })
    expect(relation('public.notes', 'reader')).toMatchObject({ kind: 'one', nullable: true })
    expect(relation('public.late', 'user')).toMatchObject({ kind: 'one', nullable: true })
  })

  it('lead back to one row, if any, where the columns are unique', () => {
    expect(relation('public.users', 'userProfile')).toEqual({
      ...{ name: 'userProfile', kind: 'one', nullable: true, target: 'public.user_profiles' },
      ...{ columns: ['id'], targetColumns: ['userId'] },
    })
    expect(relation('public.users', 'contractByOwner')).toMatchObject({ kind: 'one', nullable: true })
    expect(relation('public.users', 'contractsByWitness')).toMatchObject({ kind: 'many', nullable: false })
  })

  it('pair the columns of composite keys and of keys to a unique column', () => {
    expect(relation('public.notes', 'reader')).toMatchObject({
      columns: ['readerId', 'readerTenantId'],
      targetColumns: ['id', 'tenantId'],
    })
    expect(relation('public.members', 'notesByReader')).toMatchObject({
      columns: ['id', 'tenantId'],
      targetColumns: ['readerId', 'readerTenantId'],
    })
    expect(relation('public.badges', 'company')).toMatchObject({
      columns: ['companyCode'],
      targetColumns: ['code'],
    })
  })

  it('go through link tables in both directions', () => {
    expect(relation('public.posts', 'tags')).toEqual({
      ...{ name: 'tags', kind: 'many', nullable: false, target: 'public.tags' },
      ...{ columns: ['id'], targetColumns: ['id'] },
      through: { table: 'public.post_tags', columns: ['postId'], targetColumns: ['tagId'] },
    })
    expect(relation('public.tags', 'posts')?.through).toEqual({
      ...{ table: 'public.post_tags', columns: ['tagId'], targetColumns: ['postId'] },
    })
    expect(relation('public.users', 'usersByFollower')?.through).toEqual({
      ...{ table: 'public.follows', columns: ['followerId'], targetColumns: ['followeeId'] },
    })
    expect(relation('public.tags', 'notes')).toMatchObject({
      columns: ['id'],
      targetColumns: ['tenantId', 'id'],
      through: { table: 'public.note_tags', columns: ['tagId'], targetColumns: ['tenantId', 'noteId'] },
    })
  })

  it('do not depend on the order in which the catalog lists tables and keys', () => {
    const expected = relationsIn(buildModel(catalog))
    const reversed = {
      ...catalog,
      tables: catalog.tables
        .map((table) => ({
          ...table,
          foreignKeys: [...table.foreignKeys].reverse(),
          uniqueKeys: [...table.uniqueKeys].reverse(),
        }))
        .reverse(),
    }
    expect(relationsIn(buildModel(reversed))).toEqual(expected)
    for (let turn = 1; turn < catalog.tables.length; turn += 3) {
      const tables = [...catalog.tables.slice(turn), ...catalog.tables.slice(0, turn)]
      expect(relationsIn(buildModel({ ...catalog, tables }))).toEqual(expected)
    }
  })

  it('give code that a strict compiler takes', () => {
    expect(typeErrors(new Map(emit(buildModel(catalog)).map(({ name, text }) => [name, text])))).toEqual([])
  })
})
