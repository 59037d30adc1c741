import { describe, expect, it } from 'vitest'
import { LeftOuts, runSqlText } from '../../codegen/sql-script/index.js'
import { loadedDatabase } from './loaded-database.js'

const scratch = loadedDatabase()

const { load } = scratch

async function value(query: string): Promise<unknown> {
  const { rows } = await scratch.client.query<{ value: unknown }>(query)
  return rows[0]?.value
}

describe('on a server that others use', () => {
  it('foreign tables are the script’s own, with all that hangs on them', async () => {
    await load(`
      CREATE EXTENSION postgres_fdw;
      CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'x');
      CREATE FOREIGN TABLE t (id int NOT NULL, name text) SERVER far;
      ALTER FOREIGN TABLE t ALTER COLUMN name OPTIONS (column_name 'n');
      COMMENT ON FOREIGN TABLE t IS 'x';
      COMMENT ON COLUMN t.name IS 'y';
      CREATE SEQUENCE t_id_seq;
      ALTER SEQUENCE t_id_seq OWNED BY t.id;
      ALTER FOREIGN TABLE t ALTER COLUMN id SET DEFAULT nextval('t_id_seq');
      CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
      CREATE TRIGGER t BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();`)
    expect(await value(`SELECT col_description('t'::regclass, 2) AS value`)).toBe('y')
    expect(await value(`SELECT pg_get_serial_sequence('t', 'id') AS value`)).toBe('public.t_id_seq')
  })

  it.for([
    ['internal', `CREATE FUNCTION f() RETURNS bool LANGUAGE internal AS 'pg_reload_conf'`],
    [
      'internal, in place of another',
      `CREATE FUNCTION f() RETURNS bool LANGUAGE sql AS 'SELECT true';
        DROP FUNCTION f(); CREATE OR REPLACE FUNCTION f() RETURNS bool LANGUAGE 'internal' STRICT AS 'pg_reload_conf'`,
    ],
    ['in C', `CREATE FUNCTION f() RETURNS bool LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler'`],
  ])('native code is not there to be called: %s', async ([, definition = ''], { skip }) => {
    if (!(await value('SELECT rolsuper AS value FROM pg_roles WHERE rolname = current_user'))) skip()
    await load(definition)
    expect(await value(`SELECT count(*)::int AS value FROM pg_proc WHERE proname = 'f'`)).toBe(1)
    const called = await load(`SELECT f()`)
    expect(Object.keys(called)).toEqual(['code that needs rights on the whole server'])
  })

  it('what is made of native code is there', async () => {
    await load(`
      CREATE FUNCTION same(int, int) RETURNS bool LANGUAGE internal IMMUTABLE STRICT AS 'int4eq';
      CREATE TABLE t (id int PRIMARY KEY, twin bool DEFAULT same(1, 1), CHECK (same(id, id)));
      CREATE VIEW v AS SELECT same(id, 1) AS one FROM t;
      CREATE INDEX ON t ((same(id, 1)));
      CREATE OPERATOR === (FUNCTION = same, LEFTARG = int, RIGHTARG = int);
      CREATE FUNCTION larger(int, int) RETURNS int LANGUAGE internal IMMUTABLE STRICT AS 'int4larger';
      CREATE AGGREGATE largest(int) (SFUNC = larger, STYPE = int);
      CREATE MATERIALIZED VIEW m AS SELECT largest(id) AS id, bool_or(id === 1) AS one FROM t;
      CREATE MATERIALIZED VIEW n AS SELECT * FROM m WITH DATA;
      REFRESH MATERIALIZED VIEW m;`)
    expect(await value(`SELECT count(*)::int AS value FROM pg_class WHERE relname IN ('t', 'v', 'm')`)).toBe(
      3,
    )
  })

  it.for([
    `CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET log_statement = 'none' AS $$ BODY $$`,
    `CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql SET log_statement = 'none' AS $$ BODY $$;
      ALTER FUNCTION f() SECURITY DEFINER`,
    `CREATE PROCEDURE f() LANGUAGE plpgsql EXTERNAL /**/ SECURITY
      DEFINER SET log_statement = 'none' AS $$ BODY $$`,
  ])('code does not have the rights of whoever made it there', async (definition, { skip }) => {
    if (!(await value('SELECT rolsuper AS value FROM pg_roles WHERE rolname = current_user'))) skip()
    const kind = definition.includes('PROCEDURE') ? 'CALL' : 'SELECT'
    const body = 'BEGIN CREATE ROLE dumped_by_definer; END'
    const run = load(`${definition.replace('BODY', body)}; ${kind} f();`)
    expect(await run).toEqual({ 'code that needs rights on the whole server': 1 })
    expect(
      await value(`SELECT count(*)::int AS value FROM pg_roles WHERE rolname = 'dumped_by_definer'`),
    ).toBe(0)
  })

  it('what extensions brought can be commented on', async () => {
    await load(`CREATE EXTENSION postgres_fdw; COMMENT ON FOREIGN DATA WRAPPER postgres_fdw IS 'x';
      CREATE EXTENSION pgrowlocks; COMMENT ON COLUMN pg_catalog.pg_class.relname IS NULL;`)
  })

  it('keys lead to tables whose owners are under row-level security too, and views keep their rows', async () => {
    const leftOut = await load(`
      SET row_security = off;
      CREATE TABLE t (id int PRIMARY KEY);
      CREATE TABLE u (id int, t_id int);
      INSERT INTO t VALUES (1);
      INSERT INTO u VALUES (1, 1);
      ALTER TABLE t ENABLE ROW LEVEL SECURITY;
      ALTER TABLE ONLY t FORCE ROW LEVEL SECURITY;
      ALTER TABLE ONLY u ADD CONSTRAINT u_t FOREIGN KEY (t_id) REFERENCES t (id);
      CREATE MATERIALIZED VIEW v AS SELECT * FROM t;`)
    expect(leftOut).toEqual({ policies: 1 })
    expect(await value(`SELECT relrowsecurity AS value FROM pg_class WHERE oid = 't'::regclass`)).toBe(true)
    expect(await value('SELECT count(*)::int AS value FROM v')).toBe(1)
  })
})

describe('what is left out is no more than it should be', () => {
  it('columns called owner get other names', async () => {
    await load(`CREATE TABLE t (owner int, "the owner to x" int);
      ALTER TABLE t RENAME COLUMN owner TO boss;
      ALTER TABLE t RENAME TO "t owner to u";
      CREATE TYPE c AS (owner int);
      ALTER TYPE c RENAME ATTRIBUTE owner TO boss;`)
    expect(
      await value(`SELECT string_agg(attrelid::regclass || '.' || attname, ', ' ORDER BY attrelid) AS value
        FROM pg_attribute WHERE attname = 'boss'`),
    ).toBe('"t owner to u".boss, c.boss')
  })

  it('rows of what was left out are passed over whatever it is called', async () => {
    const leftOuts = new LeftOuts()
    const script = `CREATE EXTENSION postgis;
      CREATE TABLE "a\nb" (id int, g geography);
      COPY "a\nb" (id, g) FROM stdin;\n1\tSELECT nope;\n\\.\nCREATE TABLE c (id int);`
    await runSqlText(scratch.url, script, 'dump.sql', { leftOuts, skipExtensions: ['postgis'] })
    expect(await value(`SELECT to_regclass('c')::text AS value`)).toBe('c')
  })

  it('and owners whose names have blanks or commas go, also of functions with many parameters', async () => {
    const parameters = Array.from({ length: 60 }, () => 'int').join(', ')
    const leftOut = await load(`CREATE TABLE t (id int);
      ALTER TABLE t OWNER TO "joe , and jane";
      CREATE FUNCTION f(${parameters}) RETURNS int LANGUAGE sql AS 'SELECT 1';
      ALTER FUNCTION f(${parameters}) OWNER TO "joe doe";`)
    expect(leftOut).toEqual({ 'rights, owners and roles': 2 })
  })
})

it('a dump that drops first what it makes loads where nothing is', async () => {
  const leftOut = await load(`
    SELECT pg_catalog.lo_unlink('1234');
    ALTER TABLE "public"."t" ALTER COLUMN "a b" DROP DEFAULT;
    ALTER TABLE IF EXISTS ONLY public.t ALTER COLUMN a DROP DEFAULT;
    CREATE OR REPLACE VIEW public.v AS
    SELECT
        NULL::public.mood AS a,
        NULL::integer AS "from";
    DROP VIEW public.v;
    DROP TABLE public.t;
    CREATE TABLE public.t (a int);`)
  expect(leftOut).toEqual({ 'drops of what is not there': 5 })
  await expect(load('CREATE OR REPLACE VIEW v AS SELECT NULL::mood AS a FROM t')).rejects.toThrow('"mood"')
})
