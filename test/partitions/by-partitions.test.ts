import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PositionError, UsageError } from 'sluice'
import { tableSchema } from '../support/table-schema.js'
import { openKeyed, Rows, type Keyed } from './keyed-tables.js'
import { PARTITIONED, type PartitionedTable } from './partitioned-tables.js'

let keyed: Keyed
beforeAll(async () => {
  keyed = await openKeyed()
})
afterAll(() => keyed[Symbol.asyncDispose]())

let made = 0
async function tableOf({ types, ddl, row, rows }: PartitionedTable): Promise<Rows> {
  const name = `parted_${made++}`
  await keyed.sql(`${ddl.replaceAll('TABLE', name)}
    insert into ${name} select ${row}, i from generate_series(0, ${rows - 1}) i; analyze ${name}`)
  return new Rows(keyed.db, tableSchema(name, { ...types, v: 'int4' }, { kind: 'partitioned table' }))
}

type Parts = Awaited<ReturnType<Rows['partitions']>>
const values = async (parts: Parts) =>
  (await Promise.all(parts.map(async (part) => (await part.toArray()).map((row) => row['v'] as number))))
    .flat()
    .sort((a, b) => a - b)
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)
/** What of the table's partitions each part scans. */
const scanned = (parts: Parts) =>
  Promise.all(
    parts.map(async (part) => [...(await part.explain()).matchAll(/Scan on (\w+)/g)].map(([, name]) => name)),
  )

describe("partitions() by the table's own partitions have each row once, here and in other processes, by", () => {
  it.each(PARTITIONED.map((table) => [table.name, table] as const))('%s', async (_, table) => {
    const rows = await tableOf(table)
    for (const count of [1, 2, 3, 7]) {
      const parts = await rows.partitions(count)
      expect(parts).toHaveLength(count)
      expect(await values(parts)).toEqual(numbers(table.rows))
      const tokens = JSON.parse(JSON.stringify(parts)) as string[]
      const there = new Rows(keyed.db, rows.schema)
      expect(await values(tokens.map((token) => there.partition(token)))).toEqual(numbers(table.rows))
      expect(JSON.stringify(tokens.map((token) => there.partition(token)))).toBe(JSON.stringify(tokens))
    }
  })
})

describe("a part by the table's own partitions", () => {
  it.each(PARTITIONED.filter(({ isApart }) => isApart).map((table) => [table.name, table] as const))(
    'scans these alone, by %s',
    async (_, table) => {
      const rows = await tableOf(table)
      const leaves = await keyed.sql(
        `select relid::regclass::text as name from pg_partition_tree('${rows.schema.name}') where isleaf`,
      )
      const parts = await rows.partitions(3)
      const found = await scanned(parts)
      expect(found.flat().sort()).toEqual(leaves.map(({ name }) => name).sort())
      if (leaves.length > 2) for (const each of found) expect(each).not.toEqual([])
    },
  )

  it('has about as much as the others', async () => {
    const [table] = PARTITIONED as [PartitionedTable]
    const parts = await (await tableOf(table)).partitions(4)
    expect(await Promise.all(parts.map((part) => part.count()))).toEqual([900, 900, 900, 900])
    expect((await scanned(parts)).map(({ length }) => length)).toEqual([3, 3, 3, 3])
  })

  it('has rows of partitions that come later, once', async () => {
    const texts = PARTITIONED.find(({ name }) => name.startsWith('lists of texts'))
    for (const [table, attach] of [
      [
        PARTITIONED[0],
        `create table TABLE_later partition of TABLE for values from ('2025-06-01') to ('2026-01-01');
        insert into TABLE values ('2025-07-01', 3600)`,
      ],
      [
        texts,
        `delete from TABLE where k = 'else'; alter table TABLE detach partition TABLE_d; drop table TABLE_d;
        create table TABLE_later partition of TABLE for values in ('else');
        insert into TABLE values ('else', 1800)`,
      ],
    ] as const) {
      const rows = await tableOf(table as PartitionedTable)
      const parts = await rows.partitions(3)
      await keyed.sql(attach.replaceAll('TABLE', rows.schema.name))
      expect(await values(parts)).toEqual(
        (await keyed.sql(`select v from ${rows.schema.name} order by v`)).map(({ v }) => v),
      )
    }
  })

  it('keeps the filter and the order, and can be read in parallel', async () => {
    const [table] = PARTITIONED as [PartitionedTable]
    const rows = (await tableOf(table)).filter({ v: { lt: 1000 } }).orderBy('-v')
    const parts = await rows.partitions(3)
    const tokens = parts.map((part) => part.toJSON())
    expect(await values(tokens.map((token) => rows.partition(token)))).toEqual(numbers(1000))
    const [first] = await Promise.all(parts.map((part) => part.toArray()))
    expect(first?.map(({ v }) => v)).toEqual(first?.map(({ v }) => v as number).sort((a, b) => b - a))
    const seen: unknown[] = []
    for await (const batch of rows.parallel({ partitions: 5, by: 'partitions' })) seen.push(...batch)
    expect(seen.map((row) => (row as { v: number }).v).sort((a, b) => a - b)).toEqual(numbers(1000))
  })

  it('is refused by other querysets, and what was cut or made up is', async () => {
    const [table] = PARTITIONED as [PartitionedTable]
    const rows = await tableOf(table)
    const [, part] = await rows.filter({ v: { lt: 40 } }).partitions(3)
    const token = part?.toJSON() ?? ''
    expect(token).toMatch(/^[\w-]+~partitions$/)
    const same = rows.filter({ v: { lt: 40 } })
    expect(() => rows.filter({ v: { lt: 41 } }).partition(token)).toThrow('a value in the filter')
    expect(() => rows.partition(token)).toThrow('the filter differs')
    for (const wrong of [
      token.slice(1),
      `${token}x`,
      token.replace('~', 'A~'),
      '~partitions',
      `${token}~${token}`,
    ])
      expect(() => same.partition(wrong)).toThrow(/cut or made up|needs an order/)
    const retyped = new Rows(
      keyed.db,
      tableSchema(rows.schema.name, { other: 'date', v: 'int4' }, { kind: 'partitioned table' }),
    )
    expect(() => retyped.filter({ v: { lt: 40 } }).partition(token)).toThrow(PositionError)
  })
})

describe("partitions() by the table's own partitions are refused", () => {
  it.each([
    [
      'by hash',
      'partition by hash (k); create table TABLE_a partition of TABLE for values with (modulus 1, remainder 0)',
      'by hash',
    ],
    ['by an expression', 'partition by range ((k % 7))', 'by an expression'],
    ['by a column that is not known', 'partition by range (other)', 'has no column "other"'],
    ['of a table that has none', '', 'has no partitioned table'],
  ])('%s', async (_, ddl, message) => {
    const name = `refused_${made++}`
    await keyed.sql(
      `create table ${name} (k int not null, other int, v int) ${ddl.replaceAll('TABLE', name)}`,
    )
    const rows = new Rows(
      keyed.db,
      tableSchema(name, { k: 'int4', v: 'int4' }, { kind: 'partitioned table' }),
    )
    await expect(rows.partitions(2)).rejects.toThrow(UsageError)
    await expect(rows.partitions(2)).rejects.toThrow(message)
  })

  it('of what is no partitioned table, and of views', async () => {
    const rows = await keyed.table(0, 10)
    await expect(rows.partitions(2, { by: 'partitions' })).rejects.toThrow('it is no partitioned table')
    const [table] = PARTITIONED as [PartitionedTable]
    const own = await tableOf(table)
    await expect(own.partitions(2, { by: 'ctid' })).rejects.toThrow('no blocks of its own')
    await expect(own.partitions(2, { by: 'key' })).rejects.toThrow('unique key without NULLs')
  })
})
