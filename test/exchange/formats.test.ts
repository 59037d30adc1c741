import excel from 'exceljs'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Workshop } from './support.js'

let shop: Workshop

beforeAll(async () => {
  shop = await Workshop.open(`
    create table goods (
      id int primary key, big int8, price numeric(12, 2), any_price numeric, made date, sold_at timestamptz, name text, doc jsonb,
      tags text[], is_new bool, during int4range, bytes bytea
    );
    insert into goods values
      (1, 9007199254740993, 1.50, 0.10, '2024-02-29', '2024-01-02 03:04:05.123456Z', '=1+1', '{"a": 12345678901234567890}', '{a,"b c"}', true, '[1,5)', '\\x00ff'),
      (2, 5, -1.5, 1e20, null, '2024-01-02 03:04:05Z', 'a "b", c', null, null, null, null, null);
  `)
})

afterAll(() => shop[Symbol.asyncDispose]())

async function exported(file: string, ...flags: string[]): Promise<string> {
  const run = await shop.sluice('export', 'goods', '--order', 'id', '--out', file, '--force', ...flags)
  expect(run).toMatchObject({ code: 0, stderr: '' })
  return shop.read(file)
}

describe('CSV', () => {
  it('is as RFC 4180 has it, and NULL is nothing', async () => {
    expect(await exported('a.csv')).toBe(
      'id,big,price,anyPrice,made,soldAt,name,doc,tags,isNew,during,bytes\n' +
        '1,9007199254740993,1.50,0.10,2024-02-29,2024-01-02T03:04:05.123456Z,=1+1,"{""a"": 12345678901234567890}","{a,""b c""}",true,"[""1"",""5"")",\\x00ff\n' +
        '2,5,-1.50,100000000000000000000,,2024-01-02T03:04:05Z,"a ""b"", c",,,,,\n',
    )
  })

  it('has no formulas where none are wanted: in text alone, since -1.50 is a number', async () => {
    const text = await exported(
      'a.csv',
      '--escape-formulas',
      '--columns',
      'name,price',
      '--bom',
      '--delimiter',
      ';',
    )
    expect(text).toBe(`\uFEFFname;price\n'=1+1;1.50\n"a ""b"", c";-1.50\n`)
  })

  it('has NULL as it is asked for, quoted where it is text', async () => {
    await shop.query(`update goods set name = 'NULL' where id = 2`)
    const text = await exported('a.csv', '--null', 'NULL', '--columns', 'name,made')
    expect(text).toBe('name,made\n=1+1,2024-02-29\n"NULL",NULL\n')
    await shop.query(`update goods set name = 'a "b", c' where id = 2`)
  })
})

describe('NDJSON', () => {
  it('has every digit, and JSON as it is', async () => {
    const [line] = (await exported('a.ndjson')).split('\n')
    expect(line).toBe(
      '{"id":1,"big":"9007199254740993","price":"1.50","anyPrice":"0.10","made":"2024-02-29","soldAt":"2024-01-02T03:04:05.123456Z",' +
        '"name":"=1+1","doc":{"a": 12345678901234567890},"tags":["a","b c"],"isNew":true,"during":{"lower":1,"upper":5,"bounds":"[)"},"bytes":"\\\\x00ff"}',
    )
  })
})

describe('Parquet', () => {
  it('has the types that others know', async () => {
    await exported('a.parquet')
    const file = await asyncBufferFromFile(shop.path('a.parquet'))
    const { schema, num_rows } = await parquetMetadataAsync(file)
    const types = Object.fromEntries(
      schema
        .slice(1)
        .map(({ name, type, converted_type, logical_type }) => [
          name,
          converted_type ?? logical_type?.type ?? type,
        ]),
    )
    expect(num_rows).toBe(2n)
    expect(types).toEqual({
      ...{
        id: 'INT32',
        big: 'INT64',
        price: 'DECIMAL',
        anyPrice: 'UTF8',
        made: 'DATE',
        soldAt: 'TIMESTAMP',
        name: 'UTF8',
      },
      ...{ doc: 'JSON', tags: 'JSON', isNew: 'BOOLEAN', during: 'JSON', bytes: 'BYTE_ARRAY' },
    })
    const [row] = await parquetReadObjects({ file })
    expect(row).toMatchObject({
      id: 1,
      big: 9007199254740993n,
      price: 1.5,
      made: new Date('2024-02-29'),
      isNew: true,
    })
  })

  it('of nothing is a file of no rows', async () => {
    await exported('none.parquet', '--limit', '0')
    const file = await asyncBufferFromFile(shop.path('none.parquet'))
    expect((await parquetMetadataAsync(file)).num_rows).toBe(0n)
    expect((await shop.sluice('import', 'goods', '--in', 'none.parquet')).stdout).toMatch(/^0 read/)
  })
})

describe('XLSX', () => {
  it('has numbers, dates and text, and as text what Excel would round', async () => {
    await exported('a.xlsx')
    const book = new excel.Workbook()
    await book.xlsx.readFile(shop.path('a.xlsx'))
    const [sheet] = book.worksheets
    expect(sheet?.name).toBe('goods')
    const valuesAt = (row: number) => (sheet?.getRow(row).values as unknown[]).slice(1)
    expect(valuesAt(2).slice(0, 7)).toEqual([
      ...[1, '9007199254740993', 1.5, '0.10', new Date('2024-02-29'), '2024-01-02T03:04:05.123456Z', '=1+1'],
    ])
    expect(valuesAt(3).slice(0, 6)).toEqual([
      2,
      5,
      -1.5,
      '100000000000000000000',
      undefined,
      new Date('2024-01-02T03:04:05Z'),
    ])
  })

  it('is read as Excel writes it: formulas by their results, formatted text, numbers for text', async () => {
    const book = new excel.Workbook()
    const sheet = book.addWorksheet('any')
    sheet.addRow(['Id', 'name', 'price', 'made'])
    sheet.addRow([
      10,
      { richText: [{ text: 'bold' }, { text: ' and not' }] },
      { formula: '1+1', result: 2 },
      new Date('2024-05-06'),
    ])
    sheet.addRow([])
    sheet.addRow([11, 4412345, null, null])
    await book.xlsx.writeFile(shop.path('own.xlsx'))
    const run = await shop.sluice('import', 'goods', '--in', 'own.xlsx', '--map', 'Id=id')
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(
      await shop.query('select id, name, price, made::text from goods where id > 9 order by id'),
    ).toEqual([
      { id: 10, name: 'bold and not', price: '2.00', made: '2024-05-06' },
      { id: 11, name: '4412345', price: null, made: null },
    ])
    await shop.query('delete from goods where id > 9')
  })

  it('refuses what does not fit a cell', async () => {
    await shop.query(`create table long as select repeat('x', 40000) as text`)
    const { code, stderr } = await shop.sluice('export', 'long', '--out', 'long.xlsx')
    expect(code).toBe(1)
    expect(stderr).toContain('text has 40000 characters, and a cell of XLSX at most 32767')
    expect(shop.files).not.toContain('long.xlsx')
  })
})
