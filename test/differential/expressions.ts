import type { Random } from '../queryset/random.js'
import { literal, path, type Pair, type Row } from './columns.js'
import { keysOf, tables, type SqlType, type Table } from './world.js'

const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'UTC']

/** An expression over a row, which may be another's operand. */
export function expression(random: Random, row: Row, depth = 2, isNested = false): Pair {
  const operand = (types: readonly SqlType[]): Pair => {
    for (let tries = 0; depth > 0 && tries < 3 && random.below(2) === 0; tries++) {
      const nested = expression(random, row, depth - 1, true)
      if (types.includes(nested.type)) return nested
    }
    const found = path(random, row, types)
    if (found !== undefined) return { ...found, ts: `ref('${found.ts}')` }
    const given = literal(random, types[0] as SqlType)
    return { ...given, ts: `value(${given.ts}, '${types[0]}')` }
  }
  const textual = (): Pair => operand(['text'])
  if (!isNested && random.below(8) === 0) return windowed(random, row)
  switch (random.below(16)) {
    case 0: {
      const name = random.pick(['lower', 'upper', 'trim', 'reverse', 'md5'])
      const [a, call] = [textual(), name === 'trim' ? 'btrim' : name]
      return { ts: `${name}(${a.ts})`, sql: `${call}(${a.sql})`, type: 'text' }
    }
    case 1: {
      const a = textual()
      return { ts: `length(${a.ts})`, sql: `length(${a.sql})`, type: 'int4' }
    }
    case 2: {
      const [a, b] = [textual(), operand(['int4', 'text'])]
      return {
        ts: `concat(${a.ts}, value('-'), ${b.ts})`,
        sql: `concat(${a.sql}, '-', ${b.sql})`,
        type: 'text',
      }
    }
    case 3:
    case 4: {
      const type = random.pick<SqlType>([
        ...(['int4', 'text', 'date', 'numeric', 'int8', 'uuid', 'bool'] as const),
        // A value of its own needs the name of a built-in type.
        ...(row.table.columns['mood'] === undefined ? [] : (['mood'] as const)),
      ])
      const [a, b] = [operand([type]), literal(random, type)]
      const name = random.pick([
        'coalesce',
        'nullif',
        ...(type === 'uuid' || type === 'bool' ? [] : ['greatest', 'least']),
      ])
      const other = type === 'int4' ? b.ts : `value(${b.ts})`
      return { ts: `${name}(${a.ts}, ${other})`, sql: `${name}(${a.sql}, ${b.sql})`, type }
    }
    case 5: {
      const type = random.pick<SqlType>(['int4', 'numeric'])
      const [a, b] = [operand([type]), operand([type])]
      const [name, sign] = random.pick([['plus', '+'] as const, ['minus', '-'] as const])
      return { ts: `${a.ts}.${name}(${b.ts})`, sql: `(${a.sql} ${sign} ${b.sql})`, type }
    }
    case 6: {
      const [a, zone, unit] = [
        operand(['timestamptz']),
        random.pick(zones),
        random.pick(['year', 'month', 'week', 'day', 'hour']),
      ]
      return {
        ts: `trunc('${unit}', ${a.ts}, { timeZone: '${zone}' })`,
        sql: `(date_trunc('${unit}', ${a.sql} at time zone '${zone}') at time zone '${zone}')`,
        type: 'timestamptz',
      }
    }
    case 7: {
      const [a, zone, unit] = [
        operand(['timestamptz']),
        random.pick(zones),
        random.pick(['year', 'month', 'day', 'hour', 'minute']),
      ]
      return {
        ts: `cast(extract('${unit}', ${a.ts}, { timeZone: '${zone}' }), 'int4')`,
        sql: `extract(${unit} from ${a.sql} at time zone '${zone}')::int`,
        type: 'int4',
      }
    }
    case 8: {
      const [when, then, otherwise] = [condition(random, row, 1), operand(['int4']), operand(['int4'])]
      return {
        ts: `caseWhen([[${when.ts}, ${then.ts}]], ${otherwise.ts})`,
        sql: `case when ${when.sql} then ${then.sql} else ${otherwise.sql} end`,
        type: 'int4',
      }
    }
    case 9: {
      const a = operand(['jsonb'])
      const keys = random.pick([['a'], ['b', 'c'], [1]])
      return {
        ts: `jsonPath(${a.ts}, ${JSON.stringify(keys)}, 'text')`,
        sql: `(${a.sql} #>> '{${keys.join(',')}}')`,
        type: 'text',
      }
    }
    case 10: {
      const met = condition(random, row, 1)
      return { ts: `where(${met.ts})`, sql: `(${met.sql} is true)`, type: 'bool' }
    }
    case 11:
    case 12:
      return related(random, row, isNested)
    case 13: {
      const a = operand(['int4', 'numeric'])
      return { ts: `cast(${a.ts}, 'text')`, sql: `${a.sql}::text`, type: 'text' }
    }
    default: {
      const found = path(random, row)
      return { ...(found as Pair), ts: `ref('${(found as Pair).ts}')` }
    }
  }
}

/** A window over the rows that are left. */
function windowed(random: Random, row: Row): Pair {
  const [by, field] = [
    path(random, row, ['int4', 'text', 'bool', 'mood'], 0) as Pair,
    path(random, row, ['int4'], 0) as Pair,
  ]
  const [ts, sql, type] = random.pick<readonly [string, string, SqlType]>([
    ['rowNumber()', 'row_number()', 'count'],
    ['rank()', 'rank()', 'count'],
    [`lag('${field.ts}')`, `lag(${field.sql})`, 'int4'],
    [`lead('${field.ts}')`, `lead(${field.sql})`, 'int4'],
    [`firstValue('${field.ts}')`, `first_value(${field.sql})`, 'int4'],
    [`sum('${field.ts}')`, `sum(${field.sql})`, 'count'],
    [`count('${by.ts}')`, `count(${by.sql})`, 'count'],
  ])
  return {
    ts: `${ts}.over({ partitionBy: ['${by.ts}'], orderBy: ['-id'] })`,
    sql: `${sql} over (partition by ${by.sql} order by ${row.alias}.id desc)`,
    type,
  }
}

/** A subquery, correlated by hand or along a relation. */
function related(random: Random, row: Row, isNested: boolean): Pair {
  const manies = Object.entries(row.table.many)
  if (manies.length === 0) return { ts: `ref('id')`, sql: `${row.alias}.id`, type: 'int4' }
  const [name, { table, on }] = random.pick(manies)
  const inner = { table: tables[table] as Table, alias: `${row.alias}_${name}` }
  const from = `from ${table} ${inner.alias} where ${on(inner.alias, row.alias)}`
  const by = /^\w+\.(\w+) = \w+\.id$/.exec(on('i', 'o'))?.[1]
  const met = condition(random, inner, 1)
  // Aggregates of related rows stand alone, subqueries where any value does.
  if (isNested && by === undefined) return { ts: `ref('id')`, sql: `${row.alias}.id`, type: 'int4' }
  switch (by === undefined ? random.below(2) : isNested ? 2 + random.below(2) : random.below(6)) {
    case 0:
      return {
        ts: `count('${name}', { filter: ${met.ts} })`,
        sql: `(select count(*) ${from} and ${met.sql})`,
        type: 'count',
      }
    case 1: {
      const [call, field] = [
        random.pick(['max', 'min']),
        path(random, inner, ['int4', 'text', 'timestamptz'], 0) as Pair,
      ]
      return {
        ts: `${call}('${name}.${field.ts}')`,
        sql: `(select ${call}(${field.sql}) ${from})`,
        type: field.type,
      }
    }
    case 4: {
      const field = path(random, inner, ['int4'], 0) as Pair
      return {
        ts: `sum(ref('${name}.${field.ts}').times('${name}.id'))`,
        sql: `(select sum(${field.sql} * ${inner.alias}.id) ${from})`,
        type: 'count',
      }
    }
    case 5: {
      const further = Object.entries(inner.table.many)[0]
      if (further === undefined) break
      const [next, last] = further
      return {
        ts: `count('${name}.${next}', { distinct: true })`,
        sql: `(select count(distinct z.id) from ${table} ${inner.alias}, ${last.table} z where ${on(inner.alias, row.alias)} and ${last.on('z', inner.alias)})`,
        type: 'count',
      }
    }
    case 2:
      return {
        ts: `exists(${table}.filter({ ${by}: outerRef('id') }, ${met.ts}))`,
        sql: `exists (select ${from} and ${met.sql})`,
        type: 'bool',
      }
    case 3: {
      const field = path(random, inner, undefined, 1) as Pair
      return {
        ts: `subquery(${table}.filter({ ${by}: outerRef('id') }, ${met.ts}).orderBy('-id').slice(0, 1).values({ v: '${field.ts}' }))`,
        sql: `(select ${field.sql} ${from} and ${met.sql} order by ${inner.alias}.id desc limit 1)`,
        type: field.type,
      }
    }
  }
  return { ts: `count('${name}')`, sql: `(select count(*) ${from})`, type: 'count' }
}

/** A condition as `filter` takes it, of rows for which it is true. */
export function condition(random: Random, row: Row, depth = 3): Pair {
  const of = (ts: string, sql: string): Pair => ({ ts, sql: `(${sql})`, type: 'bool' })
  const inside = () => condition(random, row, depth - 1)
  switch (random.below(depth > 0 ? 12 : 4)) {
    case 4: {
      const [a, b, word] = [inside(), inside(), random.pick(['and', 'or'])]
      return of(`{ ${word}: [${a.ts}, ${b.ts}] }`, `${a.sql} ${word} ${b.sql}`)
    }
    case 5: {
      const a = inside()
      return of(`{ not: ${a.ts} }`, `${a.sql} is not true`)
    }
    case 6: {
      const ones = Object.entries(row.table.one)
      if (ones.length === 0) break
      const [name, { table, by }] = random.pick(ones)
      const alias = `${row.alias}_${name}`
      if (random.below(5) === 0) return of(`{ ${name}: null }`, `${row.alias}.${by} is null`)
      const met = condition(random, { table: tables[table] as Table, alias }, depth - 1)
      return of(
        `{ ${name}: ${met.ts} }`,
        `exists (select from ${table} ${alias} where ${alias}.id = ${row.alias}.${by} and ${met.sql})`,
      )
    }
    case 7: {
      const manies = Object.entries(row.table.many)
      if (manies.length === 0) break
      const [name, { table, on }] = random.pick(manies)
      const alias = `${row.alias}_${name}`
      const met = condition(random, { table: tables[table] as Table, alias }, depth - 1)
      const word = random.pick(['some', 'every', 'none'])
      const meets = word === 'every' ? `${met.sql} is not true` : met.sql
      const exists = `exists (select from ${table} ${alias} where ${on(alias, row.alias)} and ${meets})`
      return of(`{ ${name}: { ${word}: ${met.ts} } }`, word === 'some' ? exists : `not ${exists}`)
    }
    case 8: {
      const a = expression(random, row, 1, true)
      if (a.type === 'jsonb' || a.type === 'bool') break
      const b = literal(random, a.type)
      return of(`lookup(${a.ts}, { ne: ${b.ts} })`, `${a.sql} is distinct from ${b.sql}`)
    }
    case 9: {
      const [own, other] = [path(random, row, ['int4'], 0), path(random, row, ['int4'])] as [Pair, Pair]
      return of(`{ ${own.ts}: { gt: ref('${other.ts}').minus(1) } }`, `${own.sql} > ${other.sql} - 1`)
    }
    case 10: {
      const keys = keysOf(row.table)
      const target = Object.values(row.table.one)[0]
      if (target === undefined || keys[0] === undefined) break
      const alias = `${row.alias}_in`
      const met = condition(random, { table: tables[target.table] as Table, alias }, depth - 1)
      const isIn = random.below(2) === 0
      const among = `coalesce(${row.alias}.${keys[0]} in (select ${alias}.id from ${target.table} ${alias} where ${met.sql}), false)`
      return of(
        `{ ${keys[0]}: { ${isIn ? 'in' : 'notIn'}: ${target.table}.filter(${met.ts}) } }`,
        isIn ? among : `not ${among}`,
      )
    }
    case 11: {
      if (row.table.columns['meta'] === undefined) break
      const given = random.pick(['x', 'Y', 'a', ''])
      return random.below(2) === 0
        ? of(
            `{ meta: { path: ['b', 'c'], startsWith: '${given}' } }`,
            `starts_with(${row.alias}.meta #>> '{b,c}', '${given}')`,
          )
        : of(
            `{ meta: { path: ['b', 'c'], exact: '${given}' } }`,
            `${row.alias}.meta #> '{b,c}' = '"${given}"'`,
          )
    }
  }
  return comparison(random, row, of)
}

function comparison(random: Random, row: Row, of: (ts: string, sql: string) => Pair): Pair {
  const { ts: name, sql, type } = path(random, row, undefined, 0) as Pair
  const given = literal(random, type)
  const [lookup, operator] = random.pick([
    ['gt', '>'] as const,
    ['gte', '>='] as const,
    ['lt', '<'] as const,
    ['lte', '<='] as const,
  ])
  const choice = random.below(7)
  if (choice === 0) return of(`{ ${name}: null }`, `${sql} is null`)
  if (choice === 1) return of(`{ ${name}: { isNull: false } }`, `${sql} is not null`)
  if (choice === 2) return of(`{ ${name}: { ne: ${given.ts} } }`, `${sql} is distinct from ${given.sql}`)
  if (choice === 3 && type !== 'jsonb') {
    const other = literal(random, type)
    const [word, hasNull] = [random.pick(['in', 'notIn']), random.below(3) === 0]
    const among = `${sql} in (${given.sql}, ${other.sql})${hasNull ? ` or ${sql} is null` : ''}`
    const list = [given.ts, other.ts, ...(hasNull ? ['null'] : [])].join(', ')
    return of(`{ ${name}: { ${word}: [${list}] } }`, word === 'in' ? among : `(${among}) is not true`)
  }
  if (type === 'text' && choice < 6) {
    const [word, function_] = random.pick([
      ['contains', 'strpos($1, $2) > 0'] as const,
      ['startsWith', 'starts_with($1, $2)'] as const,
      ['iExact', 'lower($1) = lower($2)'] as const,
    ])
    const called = function_.replace('$1', () => sql).replace('$2', () => given.sql)
    return of(`{ ${name}: { ${word}: ${given.ts} } }`, called)
  }
  if (type === 'timestamptz' && choice === 4) {
    const [part, value] = random.pick([
      ['year', 2024] as const,
      ['month', 2] as const,
      ['day', 29] as const,
      ['hour', 5] as const,
    ])
    return of(
      `{ ${name}: { ${part}: ${value} } }`,
      `extract(${part} from ${sql} at time zone 'UTC') = ${value}`,
    )
  }
  if (type === 'int4[]' && choice < 6) {
    const [word, sign] = random.pick([
      ['contains', '@>'] as const,
      ['containedBy', '<@'] as const,
      ['overlaps', '&&'] as const,
    ])
    return of(`{ ${name}: { ${word}: ${given.ts} } }`, `${sql} ${sign} ${given.sql}`)
  }
  if (type === 'jsonb' || type === 'bool') {
    return of(`{ ${name}: { exact: ${given.ts} } }`, `${sql} = ${given.sql}`)
  }
  return of(`{ ${name}: { ${lookup}: ${given.ts} } }`, `${sql} ${operator} ${given.sql}`)
}
