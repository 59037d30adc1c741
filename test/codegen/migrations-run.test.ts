import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { startServer } from '../../codegen/server/index.js'
import { runSqlText, type RunOptions } from '../../codegen/sql-script/index.js'
import { readSource } from '../../codegen/source.js'
import { loadedDatabase } from './loaded-database.js'
import { testServer } from '../support/test-server.js'
import { temporaryFolder } from './support.js'

const scratch = loadedDatabase('app')

const run = (script: string, options: RunOptions = {}, name = 'm.sql') => scratch.load(script, options, name)

async function tables(): Promise<string[]> {
  const { rows } = await scratch.client.query<{ name: string }>(`
    SELECT oid::regclass::text AS name FROM pg_class
    WHERE relkind IN ('r', 'v', 'm') AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)' ORDER BY 1`)
  return rows.map(({ name }) => name)
}

const MISSING_ROWS = 'rows of files that are not there, or of programs'

describe('a script of a migration tool runs in a transaction', () => {
  it.each([
    ['LOCK TABLE', 'LOCK TABLE old; ALTER TABLE old RENAME TO renamed', ['renamed']],
    ['SET LOCAL', 'CREATE SCHEMA app; SET LOCAL search_path = app; CREATE TABLE t ()', ['app.t', 'old']],
    [
      'set_config of a transaction',
      "CREATE SCHEMA app; SELECT pg_catalog.set_config('search_path', 'app', true); CREATE TABLE t ()",
      ['app.t', 'old'],
    ],
    [
      'a temporary table',
      'CREATE TEMP TABLE ids ON COMMIT DROP AS SELECT 1 AS id; CREATE TABLE t AS TABLE ids',
      ['old', 't'],
    ],
    ['SAVEPOINT', 'SAVEPOINT a; DROP TABLE old; ROLLBACK TO a; CREATE TABLE t ()', ['old', 't']],
    ['a cursor', 'DECLARE c CURSOR FOR SELECT 1; FETCH c; CREATE TABLE t ()', ['old', 't']],
  ])('where it needs one: %s', async (_, script, wanted) => {
    await run('CREATE TABLE old (id int)')
    await run(script)
    expect(await tables()).toEqual(wanted)
  })

  it('and out of it where that is in the way, or the script has its own', async () => {
    await run(`
      SET LOCAL lock_timeout = '1s';
      CREATE TYPE mood AS ENUM ('sad');
      BEGIN;
      CREATE TABLE one (mood mood);
      COMMIT;
      SET LOCAL lock_timeout = '1s';
      ALTER TYPE mood ADD VALUE 'ok';
      INSERT INTO one VALUES ('ok');
      SET LOCAL lock_timeout = '1s';
      CREATE INDEX CONCURRENTLY ON one (mood);
      SET LOCAL lock_timeout = '1s';
      CREATE TABLE two ();
      \\connect -
      CREATE TABLE three ()`)
    expect(await tables()).toEqual(['one', 'three', 'two'])
  })

  it('at whose end it is told what is wrong', async () => {
    const script = `
      CREATE TABLE t (id int PRIMARY KEY, up int REFERENCES t DEFERRABLE INITIALLY DEFERRED);
      SET LOCAL lock_timeout = '1s';
      INSERT INTO t VALUES (1, 2)`
    await expect(run(script)).rejects.toThrow(/^m\.sql: the end of its transaction: .*violates foreign key/)
  })
})

describe('what scripts refer to', () => {
  it('may be the table of golang-migrate', async () => {
    const script = 'ALTER TABLE schema_migrations ADD COLUMN note text'
    await run(script, {}, '1_a.up.sql')
    expect(await tables()).toEqual(['schema_migrations'])
    await scratch.client.query('DROP TABLE schema_migrations')
    await expect(run(script, {}, 'V1__a.sql')).rejects.toThrow('relation "schema_migrations" does not exist')
  })

  it('may be policies and event triggers that code has made', async () => {
    await run(`
      CREATE TABLE t (id int);
      CREATE FUNCTION own(int) RETURNS bool LANGUAGE sql AS 'SELECT true';
      DO $$ BEGIN EXECUTE 'CREATE POLICY own ON t USING (own(id))'; END $$;
      DROP POLICY own ON t;
      DROP POLICY other ON t;
      DROP FUNCTION own(int)`)
    expect(await tables()).toEqual(['t'])
  })

  it('is told where an extension or a platform would have made it', async () => {
    await expect(run('CREATE TABLE t (mail citext)')).rejects.toThrow(
      /^m\.sql:1: type "citext" does not exist\nHINT: citext is of the extension citext, .*create extension "citext"\.$/,
    )
    await expect(run("SELECT public.crypt('a', 'b')")).rejects.toThrow(/crypt is of the extension pgcrypto/)
    await expect(run('CREATE TABLE t (id uuid REFERENCES auth.users)')).rejects.toThrow(
      /HINT: Supabase makes the schema auth in its databases: run the scripts there, and read that by --url/,
    )
    await expect(run('SELECT nope(1)')).rejects.toThrow(/HINT: No function matches/)
  })

  it('is left out in files behind the one that asks for an extension to leave out', async () => {
    using folder = temporaryFolder()
    const scripts = {
      '1_a/up.sql': 'CREATE EXTENSION postgis; CREATE TABLE a (id int);',
      '2_b/up.sql': 'ALTER TABLE a ADD COLUMN place geometry;',
    }
    for (const [name, text] of Object.entries(scripts)) {
      mkdirSync(dirname(join(folder.path, name)), { recursive: true })
      writeFileSync(join(folder.path, name), text)
    }
    const server = { url: testServer.url, logFile: undefined, stop: () => Promise.resolve() }
    const report = { step: () => undefined, notify: () => undefined }
    const source = { files: [folder.path] }
    const { catalog, leftOut } = await readSource(source, { report, server, skipExtensions: ['postgis'] })
    expect(catalog.tables.map(({ name, columns }) => [name, columns.length])).toEqual([['a', 1]])
    expect(leftOut.map(({ names }) => names)).toContainEqual(['a change of table a'])
    const other = { '1_a/up.sql': 'CREATE TABLE b (mood mood);' }
    writeFileSync(join(folder.path, '1_a/up.sql'), other['1_a/up.sql'])
    await expect(readSource(source, { report, server })).rejects.toThrow(
      /\n1_a\/up\.sql runs before 2_b\/up\.sql: /,
    )
  })
})

describe('rows that are not there', () => {
  it('are not missed by those that refer to them', async () => {
    const leftOut = await run(`
      CREATE TABLE films (id int PRIMARY KEY);
      \\copy films from 'nowhere.csv'
      COPY films FROM '/nowhere/at/all.csv';
      COPY films FROM PROGRAM 'false';
      CREATE TABLE seen (film int, who text);
      INSERT INTO seen VALUES (1, 'Ada');
      ALTER TABLE seen ADD CONSTRAINT seen_film FOREIGN KEY (film) REFERENCES films;
      INSERT INTO seen VALUES (2, 'Ben')`)
    expect(leftOut).toEqual({ [MISSING_ROWS]: 5 })
    const { rows } = await scratch.client.query(
      "SELECT convalidated FROM pg_constraint WHERE conname = 'seen_film'",
    )
    expect(rows).toEqual([{ convalidated: true }])
  })

  it('are where no file is missing', async () => {
    const script = `
      CREATE TABLE films (id int PRIMARY KEY);
      CREATE TABLE seen (film int);
      INSERT INTO seen VALUES (1);
      ALTER TABLE seen ADD FOREIGN KEY (film) REFERENCES films`
    await expect(run(script)).rejects.toThrow(/^m\.sql:5: .*violates foreign key constraint/)
  })
})

describe('a dump of a whole server', () => {
  it('may have databases with nothing but extensions', async () => {
    const leftOut = await run(`
      CREATE ROLE joe;
      \\connect template1
      CREATE EXTENSION IF NOT EXISTS plpgsql WITH SCHEMA pg_catalog;
      COMMENT ON EXTENSION plpgsql IS 'x';
      \\connect shop
      CREATE TABLE t (id int);
      \\connect postgres
      SET default_tablespace = '';
      CREATE EXTENSION IF NOT EXISTS plpgsql WITH SCHEMA pg_catalog;`)
    expect(await tables()).toEqual(['t'])
    expect(leftOut).toEqual({ 'rights, owners and roles': 1 })
  })

  it('has rights enough on a server of our own for roles that its code makes', async () => {
    // All roles get more rights there, those of other tests would too.
    vi.stubEnv('DATABASE_URL', '')
    const server = await startServer()
    vi.unstubAllEnvs()
    try {
      await runSqlText(
        server.url,
        `CREATE TABLE t (id int);
        DO $$ BEGIN CREATE ROLE migrated_owner; GRANT ALL ON SCHEMA public TO migrated_owner; END $$;
        CREATE MATERIALIZED VIEW m AS SELECT id FROM t;
        DO $$ BEGIN ALTER MATERIALIZED VIEW m OWNER TO migrated_owner; END $$;
        REFRESH MATERIALIZED VIEW m;
        DO $$ BEGIN ASSERT (SELECT rolsuper FROM pg_roles WHERE rolname = 'migrated_owner'); END $$`,
        'm.sql',
        { server: 'ours' },
      )
    } finally {
      await server.stop()
    }
  })
})
