import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CodegenError } from '../../codegen/errors.js'
import { LeftOuts, runSqlFile, runSqlText } from '../../codegen/sql-script/index.js'
import { loadedDatabase } from './loaded-database.js'
import { temporaryFolder } from './support.js'

const scratch = loadedDatabase('app', 'joe', 'v')

const { load } = scratch

async function failure(script: string): Promise<string> {
  const error: unknown = await load(script).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(CodegenError)
  return (error as CodegenError).message
}

/** The tables there are, with their columns. */
async function tables(): Promise<string[]> {
  const { rows } = await scratch.client.query<{ name: string }>(`
    SELECT c.oid::regclass::text || '(' || coalesce(string_agg(attname, ',' ORDER BY attnum), '') || ')' AS name
    FROM pg_class c LEFT JOIN pg_attribute a ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
    WHERE relkind IN ('r', 'p', 'v', 'm') AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
    GROUP BY c.oid ORDER BY 1`)
  return rows.map(({ name }) => name)
}

async function count(query: string): Promise<number> {
  const { rows } = await scratch.client.query<{ n: number }>(`SELECT count(*)::int AS n ${query}`)
  return rows[0]?.n ?? -1
}

const RIGHTS = 'rights, owners and roles'

describe('a dump loads', () => {
  it('whatever roles it names, and in its order', async () => {
    const leftOut = await load(`
      \\restrict abc
      SET statement_timeout = 0;
      SET transaction_timeout_of_a_newer_version = 0;
      SET client_encoding = 'UTF8';
      SET default_tablespace = '';
      SET default_table_access_method = columnar;
      SET default_tablespace = fast;
      SET SESSION AUTHORIZATION shop_app;
      CREATE ROLE shop_app LOGIN PASSWORD 'x';
      ALTER USER shop_app SET search_path = app;
      CREATE SCHEMA public;
      CREATE SCHEMA app AUTHORIZATION shop_app;
      CREATE SCHEMA IF NOT EXISTS AUTHORIZATION joe;
      ALTER SCHEMA app OWNER TO shop_app;
      CREATE TABLE app.orders (id int PRIMARY KEY USING INDEX TABLESPACE fast) TABLESPACE "Very Fast";
      CREATE TABLE joe.kept (id int) USING columnar;
      ALTER TABLE app.orders OWNER TO shop_app;
      ALTER TABLE app.orders ADD COLUMN note text, OWNER TO shop_app;
      ALTER TABLE ONLY app.orders SET TABLESPACE fast;
      ALTER TABLE app.orders ENABLE ROW LEVEL SECURITY;
      CREATE POLICY own ON app.orders TO shop_app USING (true);
      COMMENT ON POLICY own ON app.orders IS 'x';
      GRANT SELECT ON app.orders TO reader WITH GRANT OPTION;
      REVOKE ALL ON SCHEMA public FROM PUBLIC;
      ALTER DEFAULT PRIVILEGES FOR ROLE shop_app IN SCHEMA app GRANT SELECT ON TABLES TO reader;
      SECURITY LABEL FOR selinux ON TABLE app.orders IS 'x';
      CREATE PUBLICATION all_of_it FOR ALL TABLES;
      CREATE SUBSCRIPTION s CONNECTION 'host=x' PUBLICATION p;
      CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION nobody();
      ALTER DATABASE shop SET search_path = app;
      ALTER SYSTEM SET work_mem = '1GB';
      COMMENT ON ROLE shop_app IS 'x';
      VACUUM;
      \\unrestrict abc`)
    expect(await tables()).toEqual(['app.orders(id,note)', 'joe.kept(id)'])
    expect(leftOut).toEqual({
      [RIGHTS]: 11,
      policies: 2,
      'publications and subscriptions': 2,
      'event triggers': 1,
      maintenance: 1,
      'databases, tablespaces and settings of the server': 6,
      'settings that this server does not have': 3,
    })
  })

  it('that drops first what it makes, makes its database and goes there', async () => {
    const leftOut = await load(`
      DROP DATABASE shop;
      CREATE DATABASE shop WITH TEMPLATE = template0;
      \\connect -reuse-previous=on "dbname='shop'"
      ALTER TABLE ONLY public.t DROP CONSTRAINT t_pkey;
      DROP INDEX public.i; DROP TABLE public.t; DROP FUNCTION public.f(int); DROP EXTENSION citext; DROP SCHEMA nope;
      CREATE TABLE public.t (id int PRIMARY KEY);`)
    expect(await tables()).toEqual(['t(id)'])
    expect(leftOut['drops of what is not there']).toBe(6)
  })

  it('whose session settings end with \\connect', async () => {
    await load('SET search_path = pg_temp;\n\\c shop\nCREATE TABLE t (id int);')
    expect(await tables()).toEqual(['t(id)'])
  })

  it('with what cannot be in a transaction, in one and in none', async () => {
    await load(`
      CREATE TYPE mood AS ENUM ('sad');
      ALTER TYPE mood ADD VALUE 'ok';
      CREATE TABLE t (id int, mood mood DEFAULT 'ok');
      CREATE INDEX CONCURRENTLY t_id ON t (id);
      BEGIN;
      SET transaction_timeout_of_a_newer_version = 0;
      CREATE UNIQUE INDEX CONCURRENTLY t_once ON t (id);
      DROP TABLE nope;
      ALTER TABLE t ADD COLUMN later int;
      COMMIT;`)
    expect(await tables()).toEqual(['t(id,mood,later)'])
    expect(await count("FROM pg_indexes WHERE tablename = 't'")).toBe(2)
  })

  it('with code that makes roles, whose other work is done', async () => {
    const leftOut = await load(`
      DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'dumped_role') THEN
          CREATE ROLE dumped_role NOLOGIN;
          GRANT ALL ON SCHEMA public TO dumped_role;
        END IF;
        CREATE TABLE made_by_code (id int);
        ALTER TABLE made_by_code OWNER TO dumped_role;
      END $$;
      DO $$ BEGIN EXECUTE format('CREATE ROLE %I', 'dumped_role'); END $$;
      SELECT pg_create_physical_replication_slot('dumped_slot');`)
    expect(await tables()).toEqual(['made_by_code(id)'])
    expect(leftOut).toMatchObject({ [RIGHTS]: 1, 'code that needs rights on the whole server': 1 })
    expect(await count("FROM pg_roles WHERE rolname = 'dumped_role'")).toBe(0)
    expect(await count('FROM pg_replication_slots')).toBe(0)
  })

  it('on a server of our own with the roles that it needs, which are made', async ({ skip }) => {
    if ((await count('FROM pg_roles WHERE rolname = current_user AND rolsuper')) === 0) skip()
    const names = ['dumped_a', 'dumped "b"']
    try {
      await load(
        `DO $$ BEGIN EXECUTE 'GRANT ALL ON SCHEMA public TO dumped_a, "dumped ""b"""'; END $$;
        CREATE TABLE t (id int);`,
        { server: 'ours' },
      )
      expect(await count(`FROM pg_roles WHERE rolname IN ('dumped_a', 'dumped "b"')`)).toBe(2)
    } finally {
      await scratch.client.query('DROP SCHEMA public CASCADE')
      for (const name of names)
        await scratch.client.query(`DROP ROLE IF EXISTS ${scratch.client.escapeIdentifier(name)}`)
    }
  })

  it('but not one of a whole server, with more than one database in it', async () => {
    const script =
      '\\connect template1\nSET x.y = 1;\n\\connect shop\nCREATE TABLE a ();\n\\connect crm\nCREATE TABLE b ();'
    expect(await failure(script)).toBe(
      'dump.sql:6: this dump has several databases (shop and crm): dump the one that is meant with pg_dump, or read ' +
        'it by --url postgres://….',
    )
  })
})

describe('psql', () => {
  it('puts variables into SQL, and not into what is quoted', async () => {
    await load(`
      \\set schema app
      \\set name 'it''s' ' one'
      \\set list 'id int, name text'
      \\set both 'CREATE TABLE :"schema".first (:list); CREATE TABLE :"schema".second (id int)'
      \\set gone x
      \\unset gone
      CREATE SCHEMA :"schema";
      :both;
      INSERT INTO :schema.first VALUES (1::int, :'name'), (2, ':name'), (3, $$:name$$), (4, E':''name''') /* :list */;
      CREATE TABLE :schema.third AS SELECT :{?name} AS a, :{?gone} AS b, (array[1,2,3])[1:2] AS c;`)
    expect(await tables()).toEqual(['app.first(id,name)', 'app.second(id)', 'app.third(a,b,c)'])
    const { rows } = await scratch.client.query({
      text: 'SELECT name FROM app.first ORDER BY id',
      rowMode: 'array',
    })
    expect(rows.flat()).toEqual(["it's one", ':name', ':name', ":'name'"])
    expect(await count('FROM app.third WHERE a AND NOT b AND c = array[1,2]')).toBe(1)
  })

  it('points at the line of the script, also behind and in variables', async () => {
    expect(await failure("\\set long 'a very long value'\nSELECT :'long',\n  nope;")).toMatch(
      /^dump\.sql:3: /,
    )
    expect(await failure('\\set bad nope\nSELECT 1,\n  :bad;')).toMatch(/^dump\.sql:3: column "nope"/)
  })

  it('follows one branch of \\if', async () => {
    await load(`
      SELECT current_setting('server_version_num')::int > 100 AS is_new, null AS nothing \\gset my_
      \\if :my_is_new
        CREATE TABLE yes (id int);
        \\if false
          CREATE TABLE no1 (id :unknown int);
          \\if true
            \\mistake
          \\else
            CREATE TABLE no2 (id int);
          \\endif
        \\elif :{?my_nothing}
          CREATE TABLE no3 (id int);
        \\elif on
          CREATE TABLE elif (id int);
        \\elif \`program\`
        \\else
          CREATE TABLE no4 (id int);
        \\endif
      \\else
        CREATE TABLE no5 (id int);
      \\endif
      SELECT 'CREATE TABLE made (id int)' WHERE true \\gexec
      SELECT 'CREATE TABLE unmade (id int)' WHERE false \\gexec
      CREATE TABLE sent (id int) \\g
      CREATE TABLE reset (id int) \\r
      \\echo done \\\\ CREATE TABLE behind (id int);`)
    expect(await tables()).toEqual(['behind(id)', 'elif(id)', 'made(id)', 'sent(id)', 'yes(id)'])
  })

  it('includes files and copies rows', async () => {
    using folder = temporaryFolder()
    mkdirSync(join(folder.path, 'parts'))
    writeFileSync(join(folder.path, 'main.sql'), '\\i parts/one.sql\n\\ir parts/two.sql\n')
    writeFileSync(
      join(folder.path, 'parts', 'one.sql'),
      "CREATE TABLE one (id int, name text);\n\\ir three.sql\n\\copy one (id, name) from 'rows.csv' with (format csv)\n",
    )
    writeFileSync(join(folder.path, 'parts', 'rows.csv'), '1,a\n2,"b;c"\n')
    writeFileSync(
      join(folder.path, 'parts', 'two.sql'),
      "\\copy one from 'gone.csv'\n\\copy one from stdin\n3\tx\n\\.\nCREATE TABLE two (id int);\n",
    )
    writeFileSync(join(folder.path, 'parts', 'three.sql'), 'CREATE TABLE three (id int)')
    const leftOuts = new LeftOuts()
    await runSqlFile(scratch.url, join(folder.path, 'main.sql'), { leftOuts })
    expect(await tables()).toEqual(['one(id,name)', 'three(id)', 'two(id)'])
    expect(await count('FROM one')).toBe(3)
    expect(leftOuts.list()).toEqual([
      { what: 'rows of files that are not there, or of programs', count: 1, names: [] },
    ])
    writeFileSync(join(folder.path, 'parts', 'three.sql'), '\\i one.sql')
    await scratch.client.query('DROP TABLE one')
    await expect(runSqlFile(scratch.url, join(folder.path, 'main.sql'))).rejects.toThrow(
      /three\.sql:1: one\.sql includes itself\./,
    )
  })
})

describe('an extension that the server does not have', () => {
  it('is answered with three ways on', async () => {
    expect(await failure('SELECT 1;\nCREATE EXTENSION IF NOT EXISTS "postgis" WITH SCHEMA public;')).toMatch(
      /^dump\.sql:2: the extension postgis cannot be made on this server: .*\nThree ways on:\n.*--url.*\n.*DATABASE_URL.*\n.*--skip-extensions postgis/,
    )
  })

  it('is left out by name, with what hangs on it', async () => {
    const leftOuts = new LeftOuts()
    await runSqlText(
      scratch.url,
      `
      CREATE EXTENSION postgis;
      COMMENT ON EXTENSION postgis IS 'x';
      CREATE EXTENSION citext;
      CREATE FUNCTION near(geography) RETURNS bool LANGUAGE sql AS 'select true';
      CREATE TABLE places (
        id int PRIMARY KEY,
        geom geography(Point, 4326) NOT NULL,
        "twice, so" numeric(4, 2) GENERATED ALWAYS AS (st_area(geom)) STORED,
        name citext NOT NULL,
        CONSTRAINT valid CHECK (st_isvalid(name)),
        UNIQUE (geom, id)
      );
      ALTER TABLE places ADD COLUMN box box2d, ADD COLUMN kept int;
      ALTER TABLE places ADD COLUMN other int, ADD COLUMN last raster;
      CREATE INDEX places_geom ON places USING gist (geom);
      CREATE VIEW near_places AS SELECT id FROM places WHERE geom IS NOT NULL;
      CREATE VIEW names AS SELECT id, name FROM places;
      COMMENT ON COLUMN places.geom IS 'x';
      COPY places (id, geom, name) FROM stdin;
1	0101	a;b
\\.
      INSERT INTO places (id, name) VALUES (1, 'A');`,
      'dump.sql',
      { leftOuts, skipExtensions: ['postgis'] },
    )
    expect(await tables()).toEqual(['names(id,name)', 'places(id,name,kept,other)'])
    const [extension, hanging] = leftOuts.list()
    expect(extension).toEqual({ what: 'the extension postgis', count: 2, names: [] })
    expect(hanging).toMatchObject({
      what: 'what hangs on postgis, or on what else is missing',
      names: [
        'function near',
        'geom of table places',
        'unique of table places',
        'twice, so of table places',
        'valid of table places',
        'box of table places',
        'last of table places',
        'index places_geom',
        'view near_places',
        'column places.geom',
        'rows of places',
      ],
    })
  })

  it('changes nothing about other mistakes', async () => {
    expect(await failure('CREATE TABLE t (a mood)')).toBe('dump.sql:1: type "mood" does not exist')
  })
})
