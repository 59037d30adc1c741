import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bundleSluice } from '../codegen/cli-support.js'
import type { Bundle } from '../support/bundle.js'
import { until } from '../support/owned-server.js'
import { Workshop } from './support.js'

let programs: Bundle
let shop: Workshop

beforeAll(async () => {
  programs = await bundleSluice()
  shop = await Workshop.open(`
    create table people (
      id int generated always as identity primary key,
      email text not null unique check (email like '%@%'),
      full_name text not null,
      born date,
      score int default 7,
      shown text generated always as (upper(email)) stored
    );
    create view adults as select * from people;
  `)
})

afterAll(() => Promise.all([shop[Symbol.asyncDispose](), programs[Symbol.asyncDispose]()]))
beforeEach(() => shop.query('truncate people restart identity'))

function people(): Promise<unknown[]> {
  return shop.query('select id, email, full_name, born::text, score from people order by id')
}

describe('sluice import', () => {
  it('writes rows by the names of the code or of SQL, and columns that are mapped', async () => {
    shop.write(
      'a.csv',
      '\uFEFFE-mail,full_name,born,Notes\nada@x,"Ada ""A"" L",1815-12-10,hello\nbob@x,Bob,,\n',
    )
    expect(await shop.sluice('import', 'people', '--in', 'a.csv', '--map', 'E-mail=email,Notes=')).toEqual({
      ...{ code: 0, stderr: '' },
      stdout: '2 read: 2 inserted, 0 updated, 0 ignored, 0 refused\n',
    })
    expect(await people()).toEqual([
      { id: 1, email: 'ada@x', full_name: 'Ada "A" L', born: '1815-12-10', score: 7 },
      { id: 2, email: 'bob@x', full_name: 'Bob', born: null, score: 7 },
    ])
  })

  it('reads the standard input, and what is compressed', async () => {
    const lines = '{"email":"ada@x","fullName":"Ada","score":null}\n\n{"fullName":"Bob","email":"bob@x"}'
    const run = shop.start(programs, ['import', 'people', '--in', '-', '--format', 'ndjson'])
    run.child.stdin?.end(lines)
    expect(await run.ended).toEqual({ code: 0, signal: null })
    shop.write('b.ndjson.gz', gzipSync(lines.replaceAll('@x', '@y')))
    expect(await shop.sluice('import', 'people', '--in', 'b.ndjson.gz')).toMatchObject({
      code: 0,
      stderr: '',
    })
    expect(await people()).toMatchObject([
      { email: 'ada@x', score: null },
      { email: 'bob@x', score: 7 },
      { email: 'ada@y', score: null },
      { email: 'bob@y', score: 7 },
    ])
  })

  it('keeps keys that are given, after which the next one is another', async () => {
    shop.write('a.csv', 'id,email,fullName,shown\n5,ada@x,Ada,ADA@X\n9,bob@x,Bob,BOB@X\n')
    const { code, stderr } = await shop.sluice('import', 'people', '--in', 'a.csv')
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `public.people.shown is computed by the server: the file's "shown" is left out.\n`,
    })
    await shop.query(`insert into people (email, full_name) values ('cyd@x', 'Cyd')`)
    expect(await people()).toMatchObject([{ id: 5 }, { id: 9 }, { id: 10 }])
  })

  it.each([
    ['ignore', [], '2 read: 1 inserted, 0 updated, 1 ignored, 0 refused', 'Ada'],
    ['ignore', ['--unique', 'email'], '2 read: 1 inserted, 0 updated, 1 ignored, 0 refused', 'Ada'],
    ['update', ['--unique', 'email'], '2 read: 1 inserted, 1 updated, 0 ignored, 0 refused', 'Lovelace'],
    [
      'update',
      ['--unique', 'people_email_key'],
      '2 read: 1 inserted, 1 updated, 0 ignored, 0 refused',
      'Lovelace',
    ],
  ] as const)(
    'of a key that is taken does as --on-conflict says: %s %j',
    async (what, unique, report, name) => {
      await shop.query(`insert into people (email, full_name, score) values ('ada@x', 'Ada', 1)`)
      shop.write('a.csv', 'email,fullName\nbob@x,Bob\nada@x,Lovelace\n')
      const run = await shop.sluice('import', 'people', '--in', 'a.csv', '--on-conflict', what, ...unique)
      expect(run).toEqual({ code: 0, stderr: '', stdout: `${report}\n` })
      expect(await people()).toMatchObject([
        { email: 'ada@x', full_name: name, score: 1 },
        { email: 'bob@x', score: 7 },
      ])
    },
  )

  it('updates by the primary key where nothing else is said, and only what a row gives', async () => {
    await shop.query(
      `insert into people (email, full_name, score) values ('ada@x', 'Ada', 1), ('bob@x', 'Bob', 2)`,
    )
    shop.write(
      'a.ndjson',
      '{"id":1,"email":"ada@y","fullName":"Ada","score":8}\n{"id":2,"fullName":"Rob","email":"bob@x"}\n',
    )
    const run = await shop.sluice('import', 'people', '--in', 'a.ndjson', '--on-conflict', 'update')
    expect(run.stdout).toBe('2 read: 0 inserted, 2 updated, 0 ignored, 0 refused\n')
    expect(await people()).toMatchObject([
      { email: 'ada@y', score: 8 },
      { full_name: 'Rob', score: 2 },
    ])
  })

  it('takes the last of rows with one key, as if each came by itself', async () => {
    shop.write('a.csv', 'email,fullName\nada@x,Ada\nada@x,Lovelace\n')
    const run = await shop.sluice(
      'import',
      'people',
      '--in',
      'a.csv',
      '--on-conflict',
      'update',
      '--unique',
      'email',
    )
    expect(run.stdout).toBe('2 read: 1 inserted, 1 updated, 0 ignored, 0 refused\n')
    expect(await people()).toMatchObject([{ full_name: 'Lovelace' }])
  })

  it.each([
    ['email,fullNmae\n', [], 'public.people has no column "fullNmae". Did you mean "fullName"?'],
    ['email,fullNmae\n', [], `Give --map 'fullNmae=…' for another name, or 'fullNmae=' to leave it out.`],
    [
      'email\n',
      [],
      'The file has no column for public.people.fullName, which takes no NULL and has no default.',
    ],
    [
      'email,fullName,full_name\n',
      [],
      '"fullName" and "full_name" of the file are both for public.people.fullName.',
    ],
    [
      'email,fullName\n',
      ['--map', 'E-mail=email'],
      'The file has no column "E-mail", which --map names. Did you mean "email"?',
    ],
    [
      'email,fullName\n',
      ['--map', 'email=mail'],
      'public.people has no column "mail". Did you mean "email"?',
    ],
    ['email,fullName\n', ['--map', 'email'], '--map takes columns of the file by those of the table'],
    ['email,fullName\n', ['--unique', 'email'], 'give --on-conflict ignore or update with it'],
    ['email,fullName\n', ['--on-conflict', 'update', '--unique', 'emial'], 'Did you mean "email"?'],
    ['email,fullName,email\n', [], 'The file has two columns "email".'],
    ['', [], 'The file is empty: CSV begins with the names of its columns.'],
    ['email,fullName\n"ada\n', [], 'The file is no CSV:'],
  ])('refuses %j with %j', async (text, args, message) => {
    shop.write('a.csv', text)
    const { code, stderr } = await shop.sluice('import', 'people', '--in', 'a.csv', ...args)
    expect(code).toBe(1)
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('\n    at ')
  })

  it.each([
    ['a.parquet', 'The file is no Parquet:'],
    ['a.xlsx', 'The file cannot be read as XLSX:'],
    ['a.ndjson', 'Line 1: is no JSON object. Nothing was written.'],
    ['a.csv.gz', 'Could not unpack a.csv.gz, which is no whole gzip: incorrect header check'],
  ])('refuses what is no %s', async (name, message) => {
    shop.write(name, 'what is this\n')
    const { code, stderr } = await shop.sluice('import', 'people', '--in', name)
    expect(code).toBe(1)
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('\n    at ')
  })

  it('refuses views, and files that are not there', async () => {
    shop.write('a.csv', 'email\n')
    expect((await shop.sluice('import', 'adults', '--in', 'a.csv')).stderr).toBe(
      'public.adults is a view: rows are written to tables alone.\n',
    )
    expect((await shop.sluice('import', 'people', '--in', 'none.csv')).stderr).toMatch(
      /^Could not read none\.csv: ENOENT/,
    )
  })

  it('writes nothing when it is interrupted', async () => {
    const run = shop.start(programs, ['import', 'people', '--in', '-', '--format', 'ndjson'])
    for (let i = 0; i < 6_000; i++) run.child.stdin?.write(`{"email":"${i}@x","fullName":"n${i}"}\n`)
    // The first 5,000 are written, and it waits for more.
    const written = `select from pg_stat_activity where application_name = 'sluice import' and state = 'idle in transaction'
      and datname = current_database() and query like 'release%'`
    await until(async () => (await shop.query(written)).length === 1)
    run.child.kill('SIGINT')
    expect(await run.ended).toEqual({ code: 130, signal: null })
    expect(run.stderr).toBe('Interrupted. Nothing was written.\n')
    expect(await people()).toEqual([])
  })
})
