import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { findScripts } from '../../codegen/schema-files/index.js'
import { readScript } from '../../codegen/script-text/index.js'
import { temporaryFolder } from './support.js'

type Contents = Readonly<Record<string, string | Uint8Array>>

function write(folder: string, contents: Contents): void {
  for (const [name, text] of Object.entries(contents)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}

function empty(...names: string[]): Contents {
  return Object.fromEntries(names.map((name) => [name, '']))
}

/** What a folder of these files is run as. */
async function order(contents: Contents, ...schema: string[]): Promise<string[]> {
  using folder = temporaryFolder()
  write(folder.path, contents)
  const { files } = await findScripts(
    (schema.length === 0 ? [''] : schema).map((name) => join(folder.path, name)),
  )
  return files.map((file) => relative(folder.path, file).replaceAll('\\', '/'))
}

/** A file's text as it is run. */
async function read(name: string, contents: string | Uint8Array): Promise<string> {
  using folder = temporaryFolder()
  write(folder.path, { [name]: contents })
  return await readScript(join(folder.path, name))
}

describe('a folder is run in the order of the tool that it is of', () => {
  it.each<[string, Contents, string[]]>([
    [
      'Flyway',
      empty(
        'V10__c.sql',
        'V2__b.sql',
        'V1.10__a2.sql',
        'sub/V1_9__a1.sql',
        'U2__b.sql',
        'R__z.sql',
        'R__a.sql',
        'afterMigrate.sql',
      ),
      ['sub/V1_9__a1.sql', 'V1.10__a2.sql', 'V2__b.sql', 'V10__c.sql', 'R__a.sql', 'R__z.sql'],
    ],
    [
      'Flyway with a baseline',
      empty('V1__a.sql', 'V2__b.sql', 'B2__base.sql', 'V3__c.sql'),
      ['B2__base.sql', 'V3__c.sql'],
    ],
    [
      'golang-migrate and sqlx',
      empty('1_a.up.sql', '1_a.down.sql', '10_c.up.sql', '2_b.up.sql'),
      ['1_a.up.sql', '2_b.up.sql', '10_c.up.sql'],
    ],
    [
      'db-migrate and postgrator',
      empty('2-b-up.sql', '2-b-down.sql', '001.do.a.sql', '001.undo.a.sql'),
      ['001.do.a.sql', '2-b-up.sql'],
    ],
    [
      'Supabase',
      empty('config.toml', 'seed.toml', 'migrations/20240102_b.sql', 'migrations/20240101_a.sql'),
      ['migrations/20240101_a.sql', 'migrations/20240102_b.sql'],
    ],
    [
      'Prisma',
      empty('2024_b/migration.sql', '2023_a/migration.sql', 'migration_lock.toml'),
      ['2023_a/migration.sql', '2024_b/migration.sql'],
    ],
    [
      'Hasura and Diesel',
      empty('2_b/up.sql', '2_b/down.sql', '10_c/up.sql', '1_a/up.sql'),
      ['1_a/up.sql', '2_b/up.sql', '10_c/up.sql'],
    ],
    [
      'Drizzle',
      {
        ...empty('0000_zebra.sql', '0001_apple.sql', 'stray.sql'),
        'meta/_journal.json': '{"entries":[{"idx":1,"tag":"0001_apple"},{"idx":0,"tag":"0000_zebra"}]}',
      },
      ['0000_zebra.sql', '0001_apple.sql'],
    ],
    [
      'sqitch',
      {
        ...empty('deploy/a.sql'),
        'sqitch.plan':
          '%syntax-version=1.0.0\n%project=shop\n\nusers 2024-01-01T00:00:00Z A <a@b.c> # users\napp/orders [users] 2024\n@v1 2024\n@v2 2024\nusers [users@v2] 2024 # again\n',
      },
      ['deploy/users@v2.sql', 'deploy/app/orders.sql', 'deploy/users.sql'],
    ],
    [
      'sqitch, reworked before other tags, with folders of its own',
      {
        ...empty('db/scripts/users.sql', 'db/scripts/users@v1.sql', 'db/scripts/orders.sql'),
        'sqitch.conf': '[core]\n\tengine = pg\n\ttop_dir = ./db\n\tdeploy_dir = "db/scripts"\n',
        'sqitch.plan': '%project=shop\nusers\n@v1 2024\norders\n@v2 2024\nusers [users@v1] 2024 # again\n',
      },
      ['db/scripts/users@v1.sql', 'db/scripts/orders.sql', 'db/scripts/users.sql'],
    ],
    [
      'Diesel, by day however it is written, beside scripts that are run by hand',
      empty(
        'backfill.sql',
        '20140924113530_a/up.sql',
        '2017-08-31-230457_c/up.sql',
        '20151201000000_b/up.sql',
      ),
      ['20140924113530_a/up.sql', '20151201000000_b/up.sql', '2017-08-31-230457_c/up.sql'],
    ],
    ['Rails', empty('structure.sql', 'migrate/20240101_a.rb', 'seeds.txt'), ['structure.sql']],
    [
      'none',
      empty('b.sql', 'a.sql.gz', '10.sql', '9.sql', '.hidden.sql', 'README.md'),
      ['9.sql', '10.sql', 'a.sql.gz', 'b.sql'],
    ],
  ])('%s', async (_, contents, files) => {
    expect(await order(contents)).toEqual(files)
  })

  it('and files, folders and globs each in their place, a file once', async () => {
    const contents = empty(
      'z.sql',
      'm/2.sql',
      'm/10.sql',
      'deep/a/2_x.sql',
      'deep/b/1_y.sql',
      'deep/b/1_y.down.sql',
    )
    expect(await order(contents, 'z.sql', 'm', 'deep/**/*.sql', 'm/10.sql')).toEqual([
      ...['z.sql', 'm/2.sql', 'm/10.sql'],
      ...['deep/a/2_x.sql', 'deep/b/1_y.sql'],
    ])
  })

  it.each<[string, Contents, RegExp, string?]>([
    ['of Kysely', empty('2024_a.ts'), /migrations that are programs \(2024_a\.ts\).*--url/],
    ['of Alembic', empty('1975ea83b712_a.py'), /migrations that are programs/],
    ['of Rails', empty('20240101_a.rb'), /db\/structure\.sql/],
    ['of programs and SQL', empty('1_a.sql', '2_b.ts'), /migrations that are programs \(2_b\.ts\)/],
    ['without SQL', empty('README.md'), /has no files of SQL.*\*\*\/\*\.sql/],
    [
      'with a journal that is none',
      { 'meta/_journal.json': '{}' },
      /_journal\.json is no journal of Drizzle's/,
    ],
    ['that a glob does not find', empty('a.sql'), /No file matches .*\*\.ddl/, '*.ddl'],
    ['that is not there', empty('a.sql'), /There is no schema file .*b\.sql/, 'b.sql'],
  ])('not a folder %s', async (_, contents, message, schema = '') => {
    await expect(order(contents, schema)).rejects.toThrow(message)
  })
})

describe('of a migration what goes up is run', () => {
  it.each([
    ['dbmate', '-- migrate:up\nA;\n-- migrate:down\nB;\n', '-- migrate:up\nA;\n\n\n'],
    ['node-pg-migrate', '-- Up Migration\nA;\n-- Down Migration\nB;', '-- Up Migration\nA;\n\n'],
    [
      'goose',
      '-- +goose Down\nB;\n-- +goose Up\n-- +goose StatementBegin\nA\n-- +goose StatementEnd\n',
      '\n\n-- +goose Up\n-- +goose StatementBegin\nA\n;\n',
    ],
    ['sql-migrate', '-- +migrate Up\nA;\n-- +migrate Down\nB;', '-- +migrate Up\nA;\n\n'],
    ['Drizzle', 'A\n--> statement-breakpoint\nB;--> statement-breakpoint\nC', 'A\n;\nB;;\nC'],
    ['a mention of it', "SELECT '-- migrate:down';\nB;", "SELECT '-- migrate:down';\nB;"],
  ])('%s', async (_, text, up) => {
    expect(await read('a.sql', text)).toBe(up)
  })
})

describe('a file is read whatever it is in', () => {
  const text = "SELECT 'grün €';\n"
  const utf16 = Buffer.from(`\uFEFF${text}`, 'utf16le')
  it.each<[string, Uint8Array, string?]>([
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${text}`)],
    ['UTF-16', utf16],
    ['UTF-16, the other way round', Buffer.from(utf16).swap16()],
    ['UTF-16 without a mark', utf16.subarray(2)],
    ['gzip', gzipSync(text)],
    [
      'a declared encoding',
      Buffer.from("SET client_encoding = 'WIN1252';\nSELECT 'gr\xfcn \x80';\n", 'latin1'),
      "SET client_encoding = 'WIN1252';\nSELECT 'grün €';\n",
    ],
    [
      'another',
      Buffer.from("\\encoding LATIN1\nSELECT 'gr\xfcn \x80';\n", 'latin1'),
      "\\encoding LATIN1\nSELECT 'grün \u0080';\n",
    ],
    [
      'one that looks like UTF-8',
      Buffer.from("SET client_encoding TO LATIN1; SELECT '\xc3\xbc'", 'latin1'),
      "SET client_encoding TO LATIN1; SELECT 'Ã¼'",
    ],
    ['Japanese', Buffer.from([...Buffer.from('\\encoding EUC_JP\n'), 0xc6, 0xfc]), '\\encoding EUC_JP\n日'],
  ])('%s', async (_, bytes, expected = text) => {
    expect((await read('a.sql', bytes)).replace('\uFEFF', '')).toBe(expected)
  })

  it.each<[string, string, string | Uint8Array, RegExp]>([
    [
      'an encoding that it does not say',
      'a.sql',
      Buffer.from("SELECT 1;\nSELECT '\xfc';", 'latin1'),
      /a\.sql:2: these bytes are no UTF-8.*iconv/,
    ],
    [
      'an encoding that is not known',
      'a.sql',
      "SET client_encoding = 'MULE_INTERNAL';",
      /MULE_INTERNAL, which is not known here/,
    ],
    [
      'a picture',
      'a.sql',
      Buffer.from('\x89PNG\r\n', 'latin1'),
      /a\.sql is a picture \(PNG\), and no SQL\. .*pg_dump/,
    ],
    ['a SQLite database', 'a.db', 'SQLite format 3\0', /is a SQLite database/],
    ['a dump of MySQL', 'a.sql', '-- MySQL dump 10.13\n', /is a dump of MySQL/],
    ['a dump of SQLite', 'a.sql', '-- x\nPRAGMA foreign_keys=OFF;', /is a dump of SQLite/],
    ['a script of SQL Server', 'a.sql', '/* x */\nUSE [shop]\nGO', /is a script of SQL Server/],
    ['a pointer of Git LFS', 'a.sql', 'version https://git-lfs.github.com/spec/v1\n', /git lfs pull/],
    ['a web page', 'a.sql', '<!DOCTYPE html>', /is a web page/],
    [
      'a schema of Prisma',
      'a.prisma',
      '// x\ngenerator client {\n}',
      /is a schema of Prisma.*prisma\/migrations/,
    ],
    ['a program', 'a.ts', 'export {}', /is no SQL \(\.ts\)\. .*--url/],
    ['xz', 'a.sql.xz', Buffer.from('\xfd7zXZ\0', 'latin1'), /is compressed by xz.*xz -d .*a\.sql\.xz/],
    ['what is compressed twice', 'a.gz', gzipSync(gzipSync('x')), /is compressed twice/],
    [
      'what is compressed and damaged',
      'a.gz',
      gzipSync('x'.repeat(99)).subarray(0, 20),
      /compressed by gzip, and damaged/,
    ],
    ['a ZIP archive', 'a.zip', 'PK\x03\x04', /is a ZIP archive/],
    ['a byte of zero', 'a.sql', 'SELECT 1;\nSELECT \0;', /a\.sql:2: a byte of zero/],
  ])('and %s is refused by what it is', async (_, name, contents, message) => {
    await expect(read(name, contents)).rejects.toThrow(message)
  })
})

const hasRestore = ((): boolean => {
  try {
    execFileSync('pg_restore', ['--version'])
    return true
  } catch {
    return false
  }
})()

describe("a dump of pg_dump's own formats", () => {
  it.skipIf(!hasRestore).each(['small.dump', 'small-dump'])('is read by pg_restore: %s', async (name) => {
    const path = fileURLToPath(new URL(name, import.meta.url))
    const { files } = await findScripts([path])
    expect(files).toEqual([path])
    expect(await readScript(path)).toMatch(/CREATE TABLE public\.kept \(\n {4}id integer NOT NULL,/)
    if (name !== 'small.dump') return
    const packed = await read('small.dump.gz', gzipSync(readFileSync(path)))
    expect(packed).toContain('ADD CONSTRAINT kept_pkey PRIMARY KEY (id)')
  })

  it.skipIf(!hasRestore)('that pg_restore cannot read says so, and what to do', async () => {
    const header = Buffer.from([...Buffer.from('PGDMP'), 1, 99, 0, 4, 8, 1])
    await expect(read('a.dump', header)).rejects.toThrow(
      /a\.dump: pg_restore: error: unsupported version .*\n.*newer pg_dump.*pg_dump --schema-only/,
    )
    await expect(read('b.dump.gz', gzipSync('PGDMP'))).rejects.toThrow(
      /b\.dump\.gz: pg_restore: .*\n.*damaged/,
    )
  })

  it('needs pg_restore', async () => {
    const { PATH } = process.env
    process.env['PATH'] = ''
    try {
      await expect(read('a.dump', 'PGDMP')).rejects.toThrow(
        /pg_restore is not installed\. Install.*pg_dump --schema-only/,
      )
      await expect(order(empty('toc.dat')).then(([file]) => readScript(String(file)))).rejects.toThrow()
    } finally {
      process.env['PATH'] = PATH
    }
  })
})
