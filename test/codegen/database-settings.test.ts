import { expect, it } from 'vitest'
import { docsPage } from '../../codegen/docs/page.js'
import { emit } from '../../codegen/emit/emit.js'
import { introspect } from '../../codegen/introspect/introspect.js'
import { buildModel } from '../../codegen/model/build-model.js'
import { introspected } from './support.js'
import { connected } from './same-code.js'

/** Defaults, checks and names that the server prints in more than one way. */
const SCHEMA = `
  create type mood as enum ('sad', 'ok');
  create table t (
    id int8 primary key,
    how mood not null default 'ok',
    day date default '2024-03-02'::date,
    at timestamptz default '2024-03-02 10:00+02'::timestamptz,
    pause interval default '1 year 2 days -03:00'::interval,
    price money default 1234.5::money,
    ratio float8 default 0.1::float8 + 1e-17,
    raw bytea default '\\x5c00'::bytea,
    path text default E'a\\\\b' check (path in (E'a\\\\b', 'c'))
  );
  create function find(how mood, name text default E'\\\\') returns setof t language sql as 'select * from t'`

const SETTINGS = [
  ...['quote_all_identifiers = on', 'standard_conforming_strings = off', `datestyle = 'SQL, DMY'`],
  ...[`intervalstyle = 'sql_standard'`, 'extra_float_digits = -3', `bytea_output = 'escape'`],
  ...[`timezone = 'Asia/Tokyo'`, 'search_path = pg_temp', `lc_messages = 'C'`],
]

it('settings of a database change nothing of what is generated', async () => {
  const { database } = await introspected(SCHEMA)
  await using _ = database
  const generated = async (): Promise<string> => {
    const model = buildModel(await introspect(database.url, { functions: true, checks: true }))
    return (
      docsPage(model) +
      emit(model)
        .map(({ text }) => text)
        .join('\n')
    )
  }
  const before = await generated()
  expect(before).toContain(`'a\\\\b' | 'c'`)
  await connected(database.url, async (client) => {
    for (const setting of SETTINGS) await client.query(`alter database ${database.name} set ${setting}`)
  })
  expect(await generated()).toBe(before)
})
