import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Workshop } from './support.js'

let shop: Workshop

beforeAll(async () => {
  shop = await Workshop.open(readFileSync(new URL('./all-types.sql', import.meta.url), 'utf8'))
  await shop.query(`
    create table copied (like everything including all);
    create table nulls (id int, doc jsonb);
    insert into nulls values (1, null), (2, 'null');
    create table odd as select 'infinity'::timestamptz as moment, '-infinity'::date as day, '0044-03-15 BC'::date as ides, '12024-01-01'::timestamp as far;
    create table odd_copied (like odd);
    create table one_column (name text);
    insert into one_column values (null), (''), ('x');
  `)
})

afterAll(() => shop[Symbol.asyncDispose]())

async function copied(from: string, to: string, file: string, ...flags: string[]): Promise<void> {
  await shop.query(`truncate ${to}`)
  const written = await shop.sluice('export', from, '--out', file, '--force', ...flags)
  expect(written).toMatchObject({ code: 0, stderr: '' })
  expect((await shop.sluice('import', to, '--in', file, ...flags)).code).toBe(0)
}

describe('a table that is exported and imported', () => {
  it.each(['csv', 'tsv', 'ndjson', 'parquet', 'xlsx', 'csv.gz', 'ndjson.gz', 'parquet.gz', 'xlsx.gz'])(
    'is the same, whatever its types: %s',
    async (suffix) => {
      await copied('everything', 'copied', `all.${suffix}`)
      expect(await shop.rowsOf('copied')).toEqual(await shop.rowsOf('everything'))
    },
  )

  it.each([
    [['--null', 'NULL']],
    [['--delimiter', ';', '--escape-formulas']],
    [['--null', '\\N', '--delimiter', '|']],
  ])('is the same with the same flags: %j', async (flags) => {
    await copied('everything', 'copied', 'flags.csv', ...flags)
    expect(await shop.rowsOf('copied')).toEqual(await shop.rowsOf('everything'))
  })

  it.each(['csv', 'ndjson', 'xlsx'])('has infinities and years before and after ours: %s', async (suffix) => {
    await copied('odd', 'odd_copied', `odd.${suffix}`)
    expect(await shop.rowsOf('odd_copied')).toEqual(await shop.rowsOf('odd'))
  })

  it('of which Parquet has none, and says so', async () => {
    const { code, stderr } = await shop.sluice('export', 'odd', '--out', 'odd.parquet')
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^Row 1 of the export: moment has a value that timestamp with time zone of Parquet does not/,
    )
    expect(shop.files).not.toContain('odd.parquet')
  })

  it.each(['csv', 'ndjson', 'parquet'])(
    'tells NULL from the empty string, in one column too: %s',
    async (suffix) => {
      const before = await shop.rowsOf('one_column')
      await shop.sluice('export', 'oneColumn', '--out', `one.${suffix}`)
      await shop.query('truncate one_column')
      expect((await shop.sluice('import', 'oneColumn', '--in', `one.${suffix}`)).code).toBe(0)
      expect(await shop.rowsOf('one_column')).toEqual(before)
    },
  )

  it.each([
    ['csv', [null, 'null']],
    ['parquet', [null, 'null']],
    ['ndjson', [null, null]],
  ])("has JSON's null, but in NDJSON, where it is NULL: %s", async (suffix, expected) => {
    await shop.query('create table nulls_copied (like nulls)')
    await copied('nulls', 'nulls_copied', `nulls.${suffix}`)
    const rows = await shop.query<{ doc: string | null }>('select doc::text from nulls_copied order by id')
    expect(rows.map(({ doc }) => doc)).toEqual(expected)
    await shop.query('drop table nulls_copied')
  })
})
