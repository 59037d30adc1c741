import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleSluice } from '../codegen/cli-support.js'
import type { Bundle } from '../support/bundle.js'
import { until } from '../support/owned-server.js'
import { Workshop } from './support.js'

let programs: Bundle
let shop: Workshop

beforeAll(async () => {
  programs = await bundleSluice()
  shop = await Workshop.open(`
    create table few (id int, name text);
    insert into few values (1, 'one'), (2, 'two');
    create view many as select i as id, repeat('x', 1000) as filler from generate_series(1, 200000) i;
    create view failing as select 1 / (5000 - i) as id from generate_series(1, 10000) i;
    -- Some rows at once, and then none for longer than any test.
    create view slow as
      select i as id, repeat('x', 1000) as filler from generate_series(1, 100000) i
      where i < 5000 or exists (select from pg_sleep(60));
  `)
})

afterAll(() => Promise.all([shop[Symbol.asyncDispose](), programs[Symbol.asyncDispose]()]))

/** Sessions of the command, of whatever state. */
async function sessions(): Promise<number> {
  const [row] = await shop.query<{ count: number }>(
    `select count(*)::int from pg_stat_activity where application_name = 'sluice export' and datname = current_database()`,
  )
  return row?.count ?? 0
}

describe('the file of an export', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('is not there after %s, and the query is cancelled on the server', async (signal, exit) => {
    const before = shop.files
    const run = shop.start(programs, ['export', 'slow', '--out', 'slow.csv'])
    await until(() => shop.files.some((name) => name.endsWith('.part')))
    await until(async () => (await sessions()) === 1)
    run.child.kill(signal)
    expect(await run.ended).toEqual({ code: exit, signal: null })
    expect(run.stderr).toBe('Interrupted. No file was written.\n')
    expect(shop.files).toEqual(before)
    await until(async () => (await sessions()) === 0)
  })

  it.each(['csv', 'ndjson', 'parquet', 'xlsx', 'csv.gz'])(
    'is not there when a query fails half-way: %s',
    async (suffix) => {
      const before = shop.files
      const { code, stderr } = await shop.sluice('export', 'failing', '--out', `failing.${suffix}`)
      expect(code).toBe(1)
      expect(stderr).toContain('division by zero')
      // The file is not to blame.
      expect(stderr).not.toContain('Could not write')
      expect(shop.files).toEqual(before)
    },
  )

  it.runIf(process.platform === 'linux')('is not there when no more can be written', async () => {
    const before = shop.files
    const run = shop.start(programs, ['export', 'many', '--out', 'many.csv'], 'ulimit -f 100; trap "" XFSZ')
    expect((await run.ended).code).toBe(1)
    expect(run.stderr).toMatch(/^Could not write many\.csv\. EFBIG/)
    expect(shop.files).toEqual(before)
    await until(async () => (await sessions()) === 0)
  })

  it.runIf(existsSync('/dev/full'))('says so when the disk is full', async () => {
    const run = shop.start(programs, ['export', 'many', '--out', '/dev/full', '--format', 'csv'])
    expect((await run.ended).code).toBe(1)
    expect(run.stderr).toMatch(/^Could not write \/dev\/full\. The disk is full\. ENOSPC/)
  })

  it('is replaced only with --force, and stays as it was when that fails', async () => {
    shop.write('few.csv', 'precious')
    expect((await shop.sluice('export', 'few', '--out', 'few.csv')).stderr).toBe(
      'few.csv is there already. Give --force to replace it, or another name.\n',
    )
    await shop.sluice('export', 'failing', '--out', 'few.csv', '--force')
    expect(shop.read('few.csv')).toBe('precious')
    symlinkSync('few.csv', shop.path('link.csv'))
    expect(await shop.sluice('export', 'few', '--out', 'link.csv', '--force')).toMatchObject({ code: 0 })
    expect(shop.read('few.csv')).toBe('id,name\n1,one\n2,two\n')
    expect(shop.files.filter((name) => name.endsWith('.part'))).toEqual([])
  })

  it('needs a folder that is there, and is no folder itself', async () => {
    mkdirSync(shop.path('folder.csv'))
    expect((await shop.sluice('export', 'few', '--out', 'folder.csv')).stderr).toBe(
      'folder.csv is a folder: name a file in it.\n',
    )
    expect((await shop.sluice('export', 'few', '--out', 'nowhere/few.csv')).stderr).toMatch(
      /^Could not write nowhere\/few\.csv\. ENOENT/,
    )
  })

  it('is compressed by its suffix', async () => {
    await shop.sluice('export', 'few', '--out', 'few.ndjson.gz')
    expect(gunzipSync(readFileSync(shop.path('few.ndjson.gz'))).toString()).toBe(
      '{"id":1,"name":"one"}\n{"id":2,"name":"two"}\n',
    )
  })
})

describe('the standard output', () => {
  it('gets all rows, and nothing else', async () => {
    const run = shop.start(programs, ['export', 'few', '--out', '-', '--format', 'csv'])
    expect(await run.ended).toEqual({ code: 0, signal: null })
    expect({ stdout: run.stdout, stderr: run.stderr }).toEqual({
      stdout: 'id,name\n1,one\n2,two\n',
      stderr: '',
    })
  })

  it('may be closed early, as head does: quietly, and the query ends', async () => {
    const run = shop.start(programs, ['export', 'slow', '--out', '-', '--format', 'csv'])
    run.child.stdout?.once('data', () => run.child.stdout?.destroy())
    expect(await run.ended).toEqual({ code: 141, signal: null })
    expect(run.stderr).toBe('')
    await until(async () => (await sessions()) === 0)
  })
})
