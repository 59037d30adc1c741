import { once } from 'node:events'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDatabase, dropLeftDatabases, dropMadeRoles, type Server } from '../../codegen/server/index.js'
import { readSource } from '../../codegen/source.js'
import { ScriptSession } from '../../codegen/sql-script/session.js'
import type { Bundle } from '../support/bundle.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'
import { until } from '../support/owned-server.js'
import { testServer } from '../support/test-server.js'
import { bundleSluice, sluice, startSluice } from './cli-support.js'
import { temporaryFolder } from './support.js'

let client: Client
let programs: Bundle

beforeAll(async () => {
  client = new Client(testServer.url)
  await client.connect()
  programs = await bundleSluice()
})
afterAll(async () => {
  await client.end()
  await programs[Symbol.asyncDispose]()
})

/** All that a server has beside what is in its databases, but for the databases of the other tests. */
async function serverWide(): Promise<string[]> {
  const { rows } = await client.query<{ found: string }>(`
    SELECT 'role ' || rolname || ' ' || coalesce(rolconfig::text, '') AS found FROM pg_roles
    UNION ALL SELECT 'member ' || roleid || ' ' || member FROM pg_auth_members
    UNION ALL SELECT 'tablespace ' || spcname FROM pg_tablespace
    UNION ALL SELECT 'setting ' || setdatabase || setrole || setconfig::text FROM pg_db_role_setting
      WHERE setdatabase = 0 OR EXISTS (SELECT FROM pg_database WHERE oid = setdatabase AND ${notOfTests})
    UNION ALL SELECT 'slot ' || slot_name FROM pg_replication_slots
    UNION ALL SELECT 'origin ' || roname FROM pg_replication_origin
    UNION ALL SELECT 'subscription ' || subname FROM pg_subscription
    UNION ALL SELECT 'comment ' || description FROM pg_shdescription
    UNION ALL SELECT 'database ' || datname FROM pg_database WHERE ${notOfTests}
    ORDER BY 1`)
  const settings = await client
    .query<{ found: string }>(
      "SELECT name || setting AS found FROM pg_file_settings WHERE sourcefile ~ 'auto.conf$'",
    )
    // Only shown to superusers, and to be changed by them.
    .catch(() => ({ rows: [] }))
  return [...rows, ...settings.rows].map(({ found }) => found)
}
const notOfTests = `datname NOT LIKE '${testServer.prefix.replaceAll('_', '\\_')}%' AND datname NOT LIKE 'sluice\\_%'`

/** The scratch databases that there are by now. */
async function scratch(mark: string): Promise<number> {
  const { rows } = await client.query<{ datname: string }>(
    "SELECT datname FROM pg_database WHERE datname LIKE 'sluice\\_%' AND datname NOT LIKE 'sluice\\_test\\_%'",
  )
  let count = 0
  for (const { datname } of rows) {
    const { rows: sessions } = await client.query(
      'SELECT FROM pg_stat_activity WHERE datname = $1 AND query LIKE $2',
      [datname, `%${mark}%`],
    )
    count += sessions.length
  }
  return count
}

const LEAVES_TRACES = `
  CREATE ROLE stays_a LOGIN; CREATE USER stays_b; CREATE GROUP stays_c;
  GRANT stays_a TO stays_b;
  ALTER ROLE CURRENT_USER SET statement_timeout = '7min';
  ALTER ROLE ALL SET statement_timeout = '7min';
  ALTER DATABASE postgres SET statement_timeout = '7min';
  ALTER SYSTEM SET statement_timeout = '7min';
  CREATE DATABASE stays_d;
  SELECT 'CREATE DATABASE stays_e' \\gexec
  CREATE TABLESPACE stays_f LOCATION '/tmp';
  COMMENT ON DATABASE postgres IS 'stays';
  \\connect other
  CREATE SUBSCRIPTION stays_g CONNECTION 'host=127.0.0.1' PUBLICATION p WITH (connect = false);
  SELECT pg_create_physical_replication_slot('stays_h', true);
  SELECT pg_replication_origin_create('stays_i');
  DO $$ BEGIN CREATE ROLE stays_j; GRANT pg_read_all_data TO stays_j; END $$;
  DO $$ BEGIN EXECUTE 'CREATE ROLE stays_k'; END $$;
  DO $$ BEGIN PERFORM pg_replication_origin_create('stays_l'); END $$;
  DO $$ BEGIN EXECUTE 'ALTER ROLE ' || quote_ident(session_user) || ' SET statement_timeout = 1'; END $$;
  CREATE FUNCTION makes() RETURNS int LANGUAGE plpgsql AS $$ BEGIN CREATE ROLE stays_m; RETURN 1; END $$;
  SELECT makes();
  SELECT makes();
  CREATE TABLE t (id int PRIMARY KEY);
`

describe('on a server that others use', () => {
  it('nothing is left of a run that does all that it can', async () => {
    using folder = temporaryFolder()
    writeFileSync(join(folder.path, 'schema.sql'), LEAVES_TRACES)
    const before = await serverWide()
    const { code, stdout, stderr } = await sluice(folder.path)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('  left out of the scripts: rights, owners and roles, ')
    expect(stdout).toMatch(/left out of the scripts: code that needs .*, 5 times \(schema\.sql:\d+, /)
    expect(await serverWide()).toEqual(before)
  })

  it('nor of one that fails', async () => {
    using folder = temporaryFolder()
    writeFileSync(join(folder.path, 'schema.sql'), `${LEAVES_TRACES}\nSELECT nope;`)
    const before = await serverWide()
    const { code, stderr } = await sluice(folder.path)
    expect(code).toBe(1)
    expect(stderr).toMatch(/^schema\.sql:\d+: column "nope" does not exist/)
    expect(await serverWide()).toEqual(before)
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('nor of one that is interrupted by %s', async (signal, exitCode) => {
    using folder = temporaryFolder()
    const mark = `interrupted_by_${signal}`
    writeFileSync(join(folder.path, 'schema.sql'), `${LEAVES_TRACES}\nSELECT pg_sleep(600) AS ${mark};`)
    const before = await serverWide()
    const child = startSluice(programs, folder.path)
    const ended = once(child, 'exit')
    await until(async () => (await scratch(mark)) === 1)
    const { rows } = await client.query<{ datname: string }>(
      'SELECT datname FROM pg_stat_activity WHERE query LIKE $1 AND pid <> pg_backend_pid()',
      [`%${mark}`],
    )
    child.kill(signal)
    expect((await ended)[0]).toBe(exitCode)
    expect(rows).toHaveLength(1)
    const left = await client.query('SELECT FROM pg_database WHERE datname = $1', [rows[0]?.datname])
    expect(left.rows).toEqual([])
    expect(await serverWide()).toEqual(before)
  })

  it('and what was left by one that was killed goes with the next, an hour later', async () => {
    const name = (age: number): string =>
      `sluice_${(Date.now() - age).toString(36)}_${'0123456789ab'.repeat(2)}`
    const [old, young] = [name(61 * 60_000), name(60_000)]
    const databases = [
      await createDatabase(testServer, { name: old }),
      await createDatabase(testServer, { name: young }),
    ]
    try {
      await dropLeftDatabases(testServer)
      const { rows } = await client.query<{ datname: string }>(
        'SELECT datname FROM pg_database WHERE datname = any($1)',
        [[old, young]],
      )
      expect(rows.map(({ datname }) => datname)).toEqual([young])
    } finally {
      for (const database of databases) await database.drop()
    }
  })
})

async function roles(): Promise<string[]> {
  const { rows } = await client.query<{ rolname: string }>(
    "select rolname from pg_roles where rolname like 'sluice\\_role\\_%' order by 1",
  )
  return rows.map(({ rolname }) => rolname)
}

/** Extensions are found in a folder of ours from PostgreSQL 18 on, by a server that can read it. */
const canInstall = testServer.logFile !== undefined

describe('roles that scripts of extensions make on it', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await createTestDatabase()
  })
  afterAll(() => database.drop())

  it('are told from those that others make meanwhile', async () => {
    const session = await ScriptSession.open(database.url, 'roles.sql', true)
    try {
      const { made } = await session.notingRoles(async () => {
        await session.runUnguarded('create role sluice_role_mine')
        await client.query('create role sluice_role_other')
      })
      expect(made.map(({ name }) => name)).toEqual(['sluice_role_mine'])
      expect(await dropMadeRoles(database, made)).toEqual([])
      expect(await roles()).toEqual(['sluice_role_other'])
      // Somebody may have made one of the same name since.
      await client.query('create role sluice_role_mine')
      expect(await dropMadeRoles(database, made)).toEqual([])
      expect(await roles()).toEqual(['sluice_role_mine', 'sluice_role_other'])
    } finally {
      await session.close()
      await client.query('drop role if exists sluice_role_mine, sluice_role_other')
    }
  })

  it('are named with what drops them, where they cannot be dropped', async () => {
    const session = await ScriptSession.open(database.url, 'roles.sql', true)
    try {
      const { made } = await session.notingRoles(() => session.runUnguarded('create role "sluice_role_""A"'))
      await session.runUnguarded('create table owned (); alter table owned owner to "sluice_role_""A"')
      expect(await dropMadeRoles(database, made)).toEqual([
        expect.stringMatching(
          /^The role "sluice_role_\\"A", made by an extension, is still on the server \(.*\): DROP ROLE "sluice_role_""A"$/,
        ),
      ])
    } finally {
      await session.runUnguarded('drop table if exists owned')
      await session.close()
      await client.query('drop role if exists "sluice_role_""A"')
    }
  })

  it.runIf(canInstall)(
    'go with the scratch database, whether its script succeeds or fails',
    async (context) => {
      const { rows } = await client.query("select from pg_settings where name = 'extension_control_path'")
      if (rows.length === 0) context.skip()
      using folder = temporaryFolder()
      const write = (name: string, text: string) => writeFileSync(join(folder.path, name), text)
      mkdirSync(join(folder.path, 'extension'))
      chmodSync(folder.path, 0o755)
      write('extension/keeps_keys.control', "default_version = '1'\n")
      write(
        'extension/keeps_keys--1.sql',
        `create role sluice_role_holder; create role sluice_role_keeper; grant sluice_role_holder to sluice_role_keeper;
       create function key_of() returns int language sql as 'select 1'; grant execute on function key_of to sluice_role_holder;`,
      )
      const url = new URL(testServer.url)
      url.searchParams.set('options', `-c extension_control_path=$system:${folder.path}`)
      const server: Server = { url: url.href, logFile: undefined, stop: () => Promise.resolve() }
      const said: string[] = []
      const report = { step: () => undefined, notify: (message: string) => void said.push(message) }
      const read = (text: string) => {
        write('schema.sql', text)
        return readSource({ files: [join(folder.path, 'schema.sql')] }, { report, server })
      }
      const made = 'create extension keeps_keys; create table users (id int);'
      const { catalog } = await read(made)
      expect(catalog.tables.map(({ name }) => name)).toEqual(['users'])
      expect(await roles()).toEqual([])
      await read(`begin; ${made} commit;`)
      expect(await roles()).toEqual([])
      await expect(read(`${made} create table users (id int);`)).rejects.toThrow(/already exists/)
      expect(await roles()).toEqual([])
      await expect(read('create extension keeps_kees;')).rejects.toThrow(
        /extension keeps_kees cannot be made/,
      )
      expect(said).toEqual([])
    },
  )
})
