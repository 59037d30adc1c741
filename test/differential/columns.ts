import type { Random } from '../queryset/random.js'
import { keysOf, tables, type SqlType, type Table } from './world.js'

/** The same value as TypeScript that asks for it and as SQL written by hand. */
export interface Pair {
  readonly ts: string
  readonly sql: string
  readonly type: SqlType
}

/** A row that values are of: its table, and its alias in the SQL by hand. */
export interface Row {
  readonly table: Table
  readonly alias: string
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`

const texts = ['Ada', 'a', '', '%', '_', "it's", 'a\\b', 'ä_\u{1f600}', '"', 'x', 'zoë']
const moments = ['2024-02-29 00:00:00+00', '2024-03-03 02:00:03.123459+00', '2023-12-31 23:59:59.999999+00']

/** A value of a type, as it is written beside a column of that type. */
export function literal(random: Random, type: SqlType): Pair {
  const plain = (ts: string | number, sql: string | number = ts) => ({
    ts: String(ts),
    sql: `${String(sql).startsWith("'") ? String(sql) : `'${sql}'`}::${type === 'count' ? 'int8' : type}`,
    type,
  })
  const text = (value: string) => plain(JSON.stringify(value), quoted(value))
  switch (type) {
    case 'int4':
    case 'count':
      return plain(random.pick([-20, -10, 0, 1, 2, 3, 10, 20, 30]))
    case 'int8': {
      const value = random.pick(['0', '4611686018427387900', '9223372036854775800', '-9000000000000000000'])
      return plain(`${value}n`, value)
    }
    case 'numeric':
      return text(random.pick(['0', '1.25', '-3', '6.250', '10.5']))
    case 'text':
      return text(random.pick(texts))
    case 'bool':
      return plain(random.pick(['true', 'false']))
    case 'timestamptz':
      return text(random.pick(moments))
    case 'date':
      return text(random.pick(['2000-01-01', '1999-12-31', '2000-02-29']))
    case 'uuid':
      return text(`00000000-0000-4000-8000-00000000000${random.below(9)}`)
    case 'jsonb':
      return random.pick([() => plain('3'), () => plain('{ a: null }', `{"a": null}`)])()
    case 'int4[]':
      return random.pick([
        () => plain('[1, 2]', '{1,2}'),
        () => plain('[]', '{}'),
        () => plain('[3]', '{3}'),
      ])()
    case 'mood':
      return text(random.pick(['sad', 'ok', 'glad']))
  }
}

/** A column of a row, or of the row that a relation to one leads to, which is NULL where it leads nowhere. */
export function path(random: Random, row: Row, types?: readonly SqlType[], depth = 2): Pair | undefined {
  const { table, alias } = row
  const own: readonly (readonly [string, SqlType])[] = [
    ['id', 'int4'],
    ...keysOf(table).map((key) => [key, 'int4'] as const),
    ...Object.entries(table.columns),
  ]
  const ones = Object.entries(table.one)
  if (depth > 0 && ones.length > 0 && random.below(4) === 0) {
    const [name, { table: target, by }] = random.pick(ones)
    const inner = `${alias}_${name}`
    const found = path(random, { table: tables[target] as Table, alias: inner }, types, depth - 1)
    if (found !== undefined) {
      const sql = `(select ${found.sql} from ${target} ${inner} where ${inner}.id = ${alias}.${by})`
      return { ...found, ts: `${name}.${found.ts}`, sql }
    }
  }
  const fitting = own.filter(([, type]) => types?.includes(type) !== false)
  if (fitting.length === 0) return undefined
  const [name, type] = random.pick(fitting)
  return { ts: name, sql: `${alias}.${name}`, type }
}
