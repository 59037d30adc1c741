import type { TypeSchema } from 'sluice'

/** A table that is partitioned, with rows numbered from 0 in `v`. */
export interface PartitionedTable {
  readonly name: string
  /** By property; the partition key comes first. */
  readonly types: Readonly<Record<string, TypeSchema>>
  readonly ddl: string
  /** The columns of a row by its number `i`, but for `v`. */
  readonly row: string
  readonly rows: number
  /** Every partition is of one part alone. */
  readonly isApart: boolean
}

const range = (name: string, from: string, to: string, more = '') =>
  `create table ${name} partition of TABLE for values from (${from}) to (${to})${more};`
const list = (name: string, values: string) =>
  `create table ${name} partition of TABLE for values in (${values});`

/** Tables by the kinds of partitions that PostgreSQL has; `TABLE` stands for their names. */
export const PARTITIONED: readonly PartitionedTable[] = [
  {
    name: 'ranges of a date',
    types: { k: 'date' },
    ddl: `create table TABLE (k date not null, v int) partition by range (k);
      ${Array.from({ length: 12 }, (_, index) => range(`TABLE_${index}`, `'2024-01-01'::date + ${index * 30}`, `'2024-01-01'::date + ${index * 30 + 30}`)).join('')}`,
    row: `date '2024-01-01' + i % 360`,
    rows: 3600,
    isApart: true,
  },
  {
    name: 'ranges of negative numbers, of unequal size, made in no order, with gaps',
    types: { k: 'int8' },
    ddl: `create table TABLE (k bigint not null, v int) partition by range (k);
      ${range('TABLE_c', '100', '5000')}${range('TABLE_a', '-5000', '-10')}${range('TABLE_b', '-10', '50')}
      ${range('TABLE_d', '5000', 'maxvalue')}`,
    row: `case when i < 50 then i when i % 3 = 0 then i + 100 else -5000 + i end`,
    rows: 4000,
    isApart: true,
  },
  {
    name: 'ranges of two fields that end within the first',
    types: { k: 'int4', l: 'text' },
    ddl: `create table TABLE (k int not null, l text not null, v int) partition by range (k, l);
      ${range('TABLE_a', 'minvalue, minvalue', `1, 'm'`)}${range('TABLE_b', `1, 'm'`, `2, 'it''s'`)}
      ${range('TABLE_c', `2, 'it''s'`, `3, 'm'`)}${range('TABLE_d', `3, 'm'`, `5, 'a'`)}
      ${range('TABLE_e', `5, 'a'`, 'maxvalue, maxvalue')}`,
    row: `i % 6, chr(97 + i % 26) || i`,
    rows: 3000,
    isApart: true,
  },
  {
    name: 'ranges that end behind a value of the first of two fields',
    types: { k: 'int4', l: 'int4' },
    ddl: `create table TABLE (k int not null, l int not null, v int) partition by range (k, l);
      ${range('TABLE_a', '0, 0', '2, maxvalue')}${range('TABLE_b', '2, maxvalue', '4, 7')}${range('TABLE_c', '4, 7', '9, 9')}`,
    row: `i % 6, i`,
    rows: 900,
    isApart: false,
  },
  {
    name: 'ranges beside a default partition, which has what lies between them, and NULLs',
    types: { k: 'timestamptz?', l: 'int4?' },
    ddl: `create table TABLE (k timestamptz, l int, v int) partition by range (k, l);
      ${range('TABLE_a', `'2024-01-01Z', 0`, `'2024-02-01Z', 0`)}${range('TABLE_b', `'2024-03-01Z', 5`, `'2024-04-01Z', 0`)}
      ${range('TABLE_c', `'2024-04-01Z', 0`, `'2024-05-01Z', 0`)}create table TABLE_d partition of TABLE default;`,
    row: `case when i % 7 > 0 then timestamptz '2023-12-01Z' + i * interval '1 hour' end, case when i % 5 > 0 then i % 9 end`,
    rows: 5000,
    isApart: false,
  },
  {
    name: 'lists of texts with quotes and backslashes, and a default partition',
    types: { k: 'text?' },
    ddl: `create table TABLE (k text, v int) partition by list (k);
      ${list('TABLE_a', `'a', 'it''s'`)}${list('TABLE_b', `e'back\\\\slash', ''`)}${list('TABLE_c', `'null', null, ', '`)}
      create table TABLE_d partition of TABLE default;`,
    row: `(array['a', 'it''s', e'back\\\\slash', '', 'null', null, ', ', 'else', 'other'])[1 + i % 9]`,
    rows: 1800,
    isApart: true,
  },
  {
    name: 'lists of an enum, which are ranges in themselves',
    types: { k: { kind: 'enum', schema: 'public', name: 'mood', labels: ['sad', 'ok', 'glad'] }, l: 'int4' },
    ddl: `create table TABLE (k mood not null, l int not null, v int) partition by list (k);
      create table TABLE_a partition of TABLE for values in ('sad') partition by range (l);
      create table TABLE_a1 partition of TABLE_a for values from (0) to (500);
      create table TABLE_a2 partition of TABLE_a for values from (500) to (9999);
      ${list('TABLE_b', `'ok'`)}${list('TABLE_c', `'glad'`)}`,
    row: `(array['sad', 'ok', 'glad'])[1 + i % 3]::mood, i`,
    rows: 1500,
    isApart: true,
  },
  {
    name: 'lists of true and false',
    types: { k: 'bool' },
    ddl: `create table TABLE (k bool not null, v int) partition by list (k);
      ${list('TABLE_a', 'true')}${list('TABLE_b', 'false')}`,
    row: 'i % 2 = 0',
    rows: 500,
    isApart: true,
  },
  {
    name: 'ranges of text in an order of its own',
    types: { k: 'text' },
    ddl: `create table TABLE (k text collate "C" not null, v int) partition by range (k);
      ${range('TABLE_a', 'minvalue', `'Z'`)}${range('TABLE_b', `'Z'`, `'a'`)}${range('TABLE_c', `'a'`, `'é'`)}
      ${range('TABLE_d', `'é'`, 'maxvalue')}`,
    row: `(array['Apple', '_x', 'berry', 'été', 'zoo'])[1 + i % 5] || i`,
    rows: 1000,
    isApart: true,
  },
]
