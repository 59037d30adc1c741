import type { Sizes } from './sizes.js'
import { Client } from 'pg'

/** A table of the dataset. */
export interface DatasetTable {
  readonly name: string
  /** Its name among the generated repositories. */
  readonly property: string
  /** PostgreSQL types by column name; `id` comes first and is the primary key. */
  readonly columns: Readonly<Record<string, string>>
  /** An SQL expression over the row's number `n` for each column but `id`. */
  readonly values: readonly string[]
  readonly rows: number
}

const uneven = 'n % 97 * 3.25'
const word = "'row ' || n || ' of the mixed table'"
const json = `jsonb_build_object('n', n, 'name', 'n' || n, 'flags', jsonb_build_array(true, null, n % 7))`
const moment = "timestamptz '2020-01-01 00:00:00.123456+00' + n * interval '1 minute'"

/** The tables, `rows` long where a row has ordinary size and `largeRows` where one has 100 kB. */
export function datasetTables(rows: number, largeRows: number): DatasetTable[] {
  return [
    table('mixed', rows, {
      email: ['text', "'user' || n || '@example.com'"],
      name: ['text', word],
      city: ['text', "case when n % 5 > 0 then 'Zürich ' || n % 90 end"],
      preferences: ['jsonb', json],
      details: ['jsonb', "case when n % 3 > 0 then jsonb_build_object('k', n % 11) end"],
      active: ['bool', 'n % 3 = 0'],
      score: ['float8', uneven],
      amount: ['numeric', '(n % 100000)::numeric / 100'],
      created_at: ['timestamptz', moment],
    }),
    table('narrow', rows, { value: ['int4', 'n % 1000'] }),
    table(
      'wide',
      rows / 10,
      Object.fromEntries(
        Array.from({ length: 49 }, (_, index) => [
          `c${index}`,
          [
            ['int4', `n + ${index}`],
            ['text', `'value ' || n % 1000 + ${index}`],
            ['float8', uneven],
            ['bool', `(n + ${index}) % 2 = 0`],
            ['timestamptz', moment],
          ][index % 5] as [string, string],
        ]),
      ),
    ),
    table('texts', rows / 10, {
      title: ['text', "'Title ' || n"],
      body: ['text', "repeat('All work and no play. ', 40 + n % 60)"],
      note: ['text', "repeat('Ünïcödé ', 20)"],
    }),
    table('large', largeRows, { body: ['text', 'repeat(md5(n::text), 3125)'] }),
  ]
}

function table(
  name: string,
  rows: number,
  columns: Record<string, [type: string, value: string]>,
): DatasetTable {
  return {
    name,
    property: name,
    rows: Math.round(rows),
    columns: {
      id: 'int4',
      ...Object.fromEntries(Object.entries(columns).map(([column, [type]]) => [column, type])),
    },
    values: Object.values(columns).map(([, value]) => value),
  }
}

/** How many rows belong to one of "families". */
export const membersPerFamily = 250

/** What is read with its children, what grows in the middle, and what is written to. */
const others = ({ parents, families, growing }: Sizes) => `
  create table parents (id int4 primary key, name text not null);
  insert into parents select n, 'parent ' || n from generate_series(1, ${parents}) as n;
  create table children (
    id int4 primary key,
    parent_id int4 not null references parents,
    name text not null
  );
  insert into children select n, n % ${parents} + 1, 'child ' || n from generate_series(1, ${parents * 3}) as n;
  create index on children (parent_id);
  create table targets (
    id int4 primary key,
    name text not null,
    email text not null,
    amount numeric not null,
    active bool not null,
    payload jsonb not null,
    at timestamptz not null
  );
  create table families (id int4 primary key);
  insert into families select generate_series(1, ${families});
  create table members (
    id int4 primary key,
    family_id int4 not null references families,
    body text not null
  );
  insert into members
    select n, n % ${families} + 1, 'member ' || n from generate_series(1, ${families * membersPerFamily}) as n;
  create index on members (family_id);
  create view growing as
    select n as id, case when n <= ${growing.narrow} then 'x' else repeat(md5(n::text), 12500) end as body
    from generate_series(1, ${growing.narrow + growing.wide}) as n;
  create table loaded (
    id int4 primary key,
    email text not null,
    name text not null,
    city text,
    preferences jsonb not null,
    active bool not null,
    score float8 not null,
    amount numeric not null,
    at timestamptz not null
  );
  create view mixed_thrice as
    select * from mixed union all select * from mixed union all select * from mixed;
`

/** Creates and fills the tables. */
export async function fill(url: string, tables: readonly DatasetTable[], sizes: Sizes): Promise<void> {
  const client = new Client(url)
  await client.connect()
  try {
    for (const { name, columns, values, rows } of tables) {
      const types = Object.entries(columns).map(([column, type]) => `${column} ${type}`)
      await client.query(`create table ${name} (${types.join(', ')}, primary key (id))`)
      await client.query(
        `insert into ${name} select n, ${values.join(', ')} from generate_series(1, ${rows}) as n`,
      )
    }
    await client.query(others(sizes))
    await client.query('vacuum analyze')
  } finally {
    await client.end()
  }
}
