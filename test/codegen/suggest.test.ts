import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { introspect } from '../../codegen/introspect/introspect.js'
import { readViewOrigins } from '../../codegen/introspect/view-origins.js'
import { runSqlText } from '../../codegen/sql-script/index.js'
import { guess } from '../../codegen/suggest/guess.js'
import { createTestDatabase } from '../support/database.js'
import { sluice } from './cli-support.js'
import { relationsIn } from './relations-support.js'
import { temporaryFolder } from './support.js'
import { buildModel } from '../../codegen/model/build-model.js'

const schema = `
  create schema app;
  create schema other;
  create table app.users (id int primary key, email text unique);
  create table app.person (id int primary key);
  create table app.persons (id int primary key);
  create table app.countries (iso char(2) primary key, code int unique);
  create table app.order_items (id int8 primary key);
  create table app.items (id int8 primary key);
  create table app.patients (subject_id int primary key);
  create table app.stays (subject_id int primary key);
  create table app.tags (id int, name text);
  create table other.cars (id int primary key);
  create table app.named (
    user_id int, "userId" int, userid int, "user" int8, users_id int, user_uuid int, user_email text, owner_user_id int,
    userx_id int, users text, user_name text
  );
  create table app.things (
    id int8 primary key, parent_id int8, order_item_id int8, first_order_item_id int8, country text, country_code int,
    person_id int, item_id uuid, tag_id int, car_id int, said_id int references app.users, user_id int references app.users
  );
  create table app.user_profiles (user_id int primary key, subject_id int, parent_id int);
  -- Keys that are called as their table, and are no references.
  create table app.payments (payment_id int, at date, primary key (at, payment_id)) partition by range (at);
  create table app.shipments (shipment_id int);
  create table app.invoices (invoice_id int primary key);
  create table app.invoice (invoice_id uuid primary key);
  create table app.vat_invoices (invoice_id text primary key);
  create table app.refunds (payment_id int);
  create view app.joined as
    select t.id, t.country_code as cc, i.id as other, t.said_id as said, count(*) over () as user_id
    from app.things t left join app.items i on i.id = t.item_id::text::int8;
  create view app.plain as select id as thing, upper(country) as country from app.things where id > 1;
  create view app.above as select thing from app.plain;
  create view app.grouped as select user_id, count(*) from app.things group by user_id;
  create view app.grouped_apart as select count(*) from app.things group by user_id;
  create view app.many as select id, generate_series(1, 2) from app.things;
  create view app.both as select id from app.things union all select id from app.things;
  create materialized view app.kept as select thing from app.above;
`

async function guessed() {
  await using database = await createTestDatabase()
  await runSqlText(database.url, schema, 'test.sql')
  const catalog = await introspect(database.url)
  return { catalog, ...guess(catalog, await readViewOrigins(database.url)) }
}

describe('what is guessed', () => {
  it('follows from names, types and where columns of views come from, and can be declared', async () => {
    const { catalog, relations, keys, unsure } = await guessed()
    expect(relations).toEqual({
      'app.named.user_id': 'app.users',
      'app.named.userId': 'app.users',
      'app.named.userid': 'app.users',
      'app.named.user': 'app.users',
      'app.named.users_id': 'app.users',
      'app.named.user_uuid': 'app.users',
      'app.named.user_email': 'app.users.email',
      'app.named.owner_user_id': 'app.users',
      'app.things.parent_id': 'app.things',
      'app.things.order_item_id': 'app.order_items',
      'app.things.first_order_item_id': 'app.order_items',
      'app.things.country': 'app.countries',
      'app.things.country_code': 'app.countries.code',
      'app.user_profiles.user_id': 'app.users',
      'app.user_profiles.parent_id': 'app.user_profiles',
      'app.joined.id': 'app.things',
      'app.joined.cc': 'app.countries.code',
      'app.joined.other': 'app.items',
      'app.joined.said': 'app.users',
      'app.joined.user_id': 'app.users',
      'app.plain.thing': 'app.things',
      'app.plain.country': 'app.countries',
      'app.above.thing': 'app.things',
      'app.grouped.user_id': 'app.users',
      'app.many.id': 'app.things',
      'app.kept.thing': 'app.things',
    })
    expect(keys).toEqual({
      'app.plain': ['thing'],
      'app.above': ['thing'],
      'app.grouped': ['user_id'],
      'app.kept': ['thing'],
    })
    expect(unsure).toEqual([
      { column: 'app.refunds.payment_id', why: 'app.payments has no unique key of one column' },
      { column: 'app.things.person_id', why: 'could be app.person or app.persons' },
      { column: 'app.things.item_id', why: 'is uuid, and app.items.id is int8' },
      { column: 'app.things.tag_id', why: 'app.tags has no unique key of one column' },
      { column: 'app.user_profiles.subject_id', why: 'could be app.patients or app.stays' },
    ])
    const model = buildModel(catalog, { relations, keys })
    expect(relationsIn(model)['kept']).toEqual(['thingRow → app.things?'])
  })
})

describe('sluice suggest', () => {
  it('prints what the configuration does not have yet, as it takes it, and writes nothing', async () => {
    using folder = temporaryFolder()
    writeFileSync(
      join(folder.path, 'schema.sql'),
      `create table users (id int primary key);
       create table "owner's" (id int primary key, user_id int, users_id int, item_id int);
       create table items (id int);
       create view seen as select id, user_id from "owner's";`,
    )
    const none = await sluice(folder.path, 'suggest')
    expect(none).toMatchObject({ code: 0, stderr: '' })
    expect(none.stdout)
      .toBe(`// 4 relations and 1 key, guessed from names and types. Nothing in the database holds them: take over what is true.
relations: {
  'public.owner\\'s.user_id': 'public.users',
  'public.owner\\'s.users_id': 'public.users',
  'public.seen.id': 'public.owner\\'s',
  'public.seen.user_id': 'public.users',
},
keys: {
  'public.seen': ['id'],
},
// 1 column not guessed:
//   public.owner's.item_id: public.items has no unique key of one column
`)
    const config = `export default {\n${none.stdout}}\n`
    writeFileSync(join(folder.path, 'sluice.config.mjs'), config)
    const without = await sluice(folder.path, 'suggest', '--exclude', 'users')
    expect(without.code).toBe(1)
    expect(without.stderr).toContain('public.users, which is not generated: excluded by "users"')
    const all = await sluice(folder.path, 'suggest')
    expect(all.stdout)
      .toBe(`// Nothing is guessed: no name and type says more than foreign keys and the configuration do.
// 1 column not guessed:
//   public.owner's.item_id: public.items has no unique key of one column
`)
    expect(readdirSync(folder.path).sort()).toEqual(['schema.sql', 'sluice.config.mjs'])
  })
})
