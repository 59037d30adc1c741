import { join } from 'node:path'
import { writeFile } from 'node:fs/promises'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CodegenError } from '../../codegen/errors.js'
import { runSqlFile, runSqlText, type RunOptions } from '../../codegen/sql-script/index.js'
import { createTestDatabase, sampleSchemas, type TestDatabase } from '../support/database.js'
import { Scratch } from '../support/owned-server.js'

let database: TestDatabase
let client: Client

beforeAll(async () => {
  database = await createTestDatabase()
  client = new Client(database.url)
  await client.connect()
})

afterAll(async () => {
  await client.end()
  await database.drop()
})

async function rows(sql: string): Promise<unknown[]> {
  return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows
}

async function failure(script: string, options: RunOptions = {}): Promise<string> {
  const error: unknown = await runSqlText(database.url, script, 'shop.sql', options).catch(
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(CodegenError)
  return (error as CodegenError).message
}

describe('a script', () => {
  it('runs from a file, byte order mark and all, and tells how far it is', async () => {
    await using scratch = await Scratch.create()
    const path = join(scratch.path, 'one.sql')
    const script = "CREATE TABLE one (name text);\nINSERT INTO one VALUES ('ä'), ('😀');\n"
    await writeFile(path, `\uFEFF${script}`)
    const seen: [number, number][] = []
    await runSqlFile(database.url, path, { onProgress: (done, total) => seen.push([done, total]) })
    expect(await rows('SELECT name FROM one')).toEqual([['ä'], ['😀']])
    expect(seen).toEqual([
      [script.indexOf(';') + 1, script.length],
      [script.length - 1, script.length],
    ])
  })

  it('loads the data of COPY, in its formats', async () => {
    await runSqlText(
      database.url,
      [
        '\\restrict token',
        'CREATE TABLE copied (id int, note text);',
        'COPY copied FROM stdin;',
        '1\tsemi;colon \\\\ back',
        '2\t\\N',
        '\\.',
        'COPY copied (id, note) FROM STDIN WITH (FORMAT csv);',
        '3,"quo""te, it\'s"',
        '\\.',
        "INSERT INTO copied VALUES (4, 'last');",
        '\\unrestrict token',
      ].join('\n'),
      'copy.sql',
    )
    expect(await rows('SELECT * FROM copied ORDER BY id')).toEqual([
      [1, 'semi;colon \\ back'],
      [2, null],
      [3, 'quo"te, it\'s'],
      [4, 'last'],
    ])
  })

  it('loads more data than one message holds', async () => {
    const lines = Array.from({ length: 40_000 }, (_, i) => `${String(i)}\t${'é'.repeat(30)}\n`).join('')
    await runSqlText(
      database.url,
      `CREATE TABLE large (i int, t text);\nCOPY large FROM stdin;\n${lines}\\.\n`,
      'large.sql',
    )
    expect(await rows('SELECT count(*)::int, sum(length(t))::int FROM large')).toEqual([[40_000, 1_200_000]])
  })

  it('has a session of its own', async () => {
    await runSqlText(database.url, "SET search_path = ''; SET datestyle = 'German';", 'set.sql')
    const late = new Client(database.url)
    await late.connect()
    expect((await late.query<{ DateStyle: string }>('SHOW datestyle')).rows[0]?.DateStyle).toBe('ISO, MDY')
    await late.end()
  })
})

describe('an error in a script', () => {
  it('names file and line of the place the server points at', async () => {
    expect(await failure("SELECT 1;\n\n-- 😀\nSELECT '😀',\n  '😀', nope;\n")).toBe(
      'shop.sql:5: column "nope" does not exist',
    )
  })

  it('names the first line of the statement when the server points nowhere, and tells what it adds', async () => {
    const script = '\nCREATE TABLE twice (id int\n PRIMARY KEY);\nINSERT INTO twice\nVALUES (1), (1);'
    expect(await failure(script)).toBe(
      'shop.sql:4: duplicate key value violates unique constraint "twice_pkey"\nDETAIL: Key (id)=(1) already exists.',
    )
  })

  it('stops the script', async () => {
    await failure('CREATE TABLE before_error ();\nSELECT 1/0;\nCREATE TABLE after_error ();')
    expect(await rows("SELECT relname FROM pg_class WHERE relname LIKE '%_error'")).toEqual([
      ['before_error'],
    ])
  })

  it('in COPY data names the statement and the line of the data', async () => {
    const script = 'CREATE TABLE bad (id int);\nCOPY bad FROM stdin;\n1\nx\n\\.\n'
    expect(await failure(script)).toBe(
      'shop.sql:2: invalid input syntax for type integer: "x"\nCONTEXT: COPY bad, line 2, column id: "x"',
    )
  })

  it.each([
    ['SELECT 1;\n\\mistake', 'shop.sql:2: the psql command "\\mistake" is not known here'],
    ['SELECT 1 WHERE false \\gset', 'shop.sql:1: \\gset takes one row, and there are 0'],
    ['\n\\i other.sql', 'shop.sql:2: there is no file other.sql to include'],
    ['\\set x `date`', 'shop.sql:1: the psql command "\\set" runs a program'],
    ['\\q', 'shop.sql:1: the psql command "\\q" ends the script early'],
    ['\\if maybe\n\\endif', 'shop.sql:1: \\if takes true or false, not "maybe"'],
    ['\\if true\nSELECT 1;\n', 'shop.sql:3: an \\if has no \\endif'],
    ['SELECT 1;\n\\else', 'shop.sql:2: \\else without an \\if'],
    ['SELECT\n\\if true\n1;', 'shop.sql:2: \\if stands inside of a statement'],
    ['\\copy everything', 'shop.sql:1: this \\copy is not understood'],
  ])('is a psql command that cannot be followed: %j', async (script, message) => {
    expect(await failure(script)).toContain(message)
  })

  it('is a file that cannot be read, or a database that cannot be reached', async () => {
    await expect(runSqlFile(database.url, 'missing.sql')).rejects.toThrow('Cannot read missing.sql')
    await expect(runSqlText('postgres://u:secret@127.0.0.1:1/x', '', 'x.sql')).rejects.toThrow('127.0.0.1:1')
  })

  it('is the end of the connection', async () => {
    const end = 'SELECT pg_terminate_backend(pg_backend_pid());'
    expect(await failure(end, { server: 'ours' })).toMatch(/^shop\.sql:1: .*terminat/)
  })
})

it('ignores the psql commands that only concern psql', async () => {
  await runSqlText(
    database.url,
    "\\echo hello\n\\encoding 'UTF8'\n\\set ON_ERROR_STOP on\n\\timing\n\\.\nSELECT 1;",
    'quiet.sql',
  )
})

describe.skipIf(!sampleSchemas)('the sample databases load with their rows', () => {
  it.each([
    ['pagila', { rental: 16044, payment: 16049, film: 1000, customer: 599 }],
    ['chinook', { track: 3503, invoice_line: 2240, playlist_track: 8715 }],
  ] as const)('%s', async (schema, counts) => {
    await using sample = await createTestDatabase({ schema })
    const reader = new Client(sample.url)
    await reader.connect()
    const found: Record<string, number> = {}
    for (const table of Object.keys(counts)) {
      const result = await reader.query<{ n: number }>(`SELECT count(*)::int AS n FROM public.${table}`)
      found[table] = result.rows[0]?.n ?? 0
    }
    await reader.end()
    expect(found).toEqual(counts)
  })
})
