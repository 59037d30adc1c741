import type { Random } from '../queryset/random.js'
import { literal, path, type Pair, type Row } from './columns.js'
import { condition, expression } from './expressions.js'
import { keysOf, tables, type SqlType, type Table } from './world.js'

/** A value of a row: where it is in the row, and what it is. */
export interface Output {
  readonly place: readonly (string | number)[]
  readonly type: SqlType
  /** The ids of the rows at the place, which is a list of rows. */
  readonly ids?: boolean
}

/** A queryset as TypeScript, and the statement by hand that answers the same, with a column for each output. */
export interface Program {
  readonly ts: string
  readonly sql: string
  readonly outputs: readonly Output[]
  /** Whether the order leaves nothing open, so that both have the rows in the same sequence. */
  readonly isOrdered: boolean
  /** Whether its rows can be had by Kysely. */
  readonly hasKysely: boolean
  /** Whether `last()`, which turns the order around, has one answer. */
  readonly hasEnds: boolean
  /** The same rows of a table for `aggregate`, as the FROM of a statement; undefined where rows are not a table's. */
  readonly from?: string
}

type Selected = readonly (Output & { readonly sql: string })[]

const row = (table: Table): Row => ({ table, alias: 't' })
const many = <T>(random: Random, most: number, make: (index: number) => T): T[] =>
  Array.from({ length: random.below(most + 1) }, (_, index) => make(index))

export function program(random: Random): Program {
  const kind = random.below(10)
  if (kind < 5) return rowsOf(random)
  if (kind < 7) return random.below(4) === 0 ? firsts(random) : listed(random)
  return kind < 9 ? grouped(random) : combined(random)
}

/** Filters of rows, as calls and as what stands behind WHERE. */
function narrowed(random: Random, of: Row): { ts: string; sql: string } {
  const met = many(random, 2, () => {
    const [{ ts, sql }, isKept] = [condition(random, of), random.below(4) > 0]
    return isKept ? { ts: `.filter(${ts})`, sql } : { ts: `.exclude(${ts})`, sql: `${sql} is not true` }
  })
  return { ts: met.map(({ ts }) => ts).join(''), sql: met.map(({ sql }) => sql).join(' and ') || 'true' }
}

interface Order {
  readonly ts: string
  readonly sql: string
}

/** An order by some of what there is; total where `last` is unique. */
function ordered(random: Random, choices: readonly Pair[], last: readonly Pair[]): Order {
  const keys = [...many(random, choices.length && 2, () => random.pick(choices)), ...last]
  const unique = keys.filter((key, index) => keys.findIndex(({ ts }) => ts === key.ts) === index)
  const parts = unique.map(({ ts, sql }) => {
    const isFirst = random.below(2) === 0
    const [desc, nulls] = [random.below(2) === 0, random.pick([undefined, 'first', 'last'])]
    if (nulls !== undefined && !ts.includes('.')) {
      return {
        ts: `{ ${ts}: '${desc ? 'desc' : 'asc'}', nulls: '${nulls}' }`,
        sql: `${sql} ${desc ? 'desc' : 'asc'} nulls ${nulls}`,
      }
    }
    return isFirst || desc
      ? { ts: `'${desc ? '-' : ''}${ts}'`, sql: `${sql} ${desc ? 'desc' : 'asc'}` }
      : { ts: `ref('${ts}').asc()`, sql }
  })
  if (parts.length === 0) return { ts: '', sql: '' }
  return {
    ts: `.orderBy(${parts.map(({ ts }) => ts).join(', ')})`,
    sql: ` order by ${parts.map(({ sql }) => sql).join(', ')}`,
  }
}

function sliced(random: Random): { ts: string; sql: string } {
  if (random.below(3) > 0) return { ts: '', sql: '' }
  const [start, length] = [random.below(6), random.below(15)]
  return { ts: `.slice(${start}, ${start + length})`, sql: ` limit ${length} offset ${start}` }
}

const select = (selected: Selected) => selected.map(({ sql }, index) => `${sql} as c${index}`).join(', ')
const plain = (selected: Selected): Output[] => selected.map(({ sql: _, ...output }) => output)

function all(table: Table, alias: string, prefix: readonly string[] = []): Selected {
  const columns = [
    ['id', 'int4'],
    ...keysOf(table).map((key) => [key, 'int4']),
    ...Object.entries(table.columns),
  ]
  return columns.map(([name = '', type]) => ({
    ...{ place: [...prefix, name], type: type as SqlType, sql: `${alias}.${name}` },
  }))
}

/** Whole rows with annotations, joined and prefetched relations, and fields left out. */
function rowsOf(random: Random): Program {
  const table = tables[random.pick(['people', 'notes', 'firms'])] as Table
  const of = row(table)
  const where = narrowed(random, of)
  const annotations = many(random, 2, (index) => ({ ...expression(random, of), name: `x${index}` }))
  let ts = `${table.name}${where.ts}`
  let [selected, filter, joins] = [all(table, 't'), where.sql, '']
  for (const { name, ts: computed, sql, type } of annotations) {
    ts += `.annotate({ ${name}: ${computed} })`
    selected = [...selected, { place: [name], type, sql }]
  }
  const asked = annotations.find(
    ({ sql, type }) => !/ over /.test(sql) && type !== 'jsonb' && type !== 'bool',
  )
  if (asked !== undefined && random.below(2) === 0) {
    const given = literal(random, asked.type)
    ts += `.filter({ ${asked.name}: { ne: ${given.ts} } })`
    filter += ` and ${asked.sql} is distinct from ${given.sql}`
  }
  if (random.below(3) === 0) {
    const kept = Object.keys(table.columns).filter(() => random.below(2) === 0)
    if (kept.length > 0) {
      const isOnly = random.below(2) === 0
      ts += `.${isOnly ? 'only' : 'defer'}(${kept.map((name) => `'${name}'`).join(', ')})`
      const isKept = ([name]: readonly unknown[]) =>
        name === 'id' ||
        annotations.some((each) => each.name === name) ||
        kept.includes(String(name)) === isOnly
      selected = selected.filter(({ place }) => isKept(place))
    }
  }
  const ones = Object.entries(table.one).filter(() => random.below(3) === 0)
  for (const [name, { table: target, by }] of ones) {
    const alias = `j_${name}`
    const inner = tables[target] as Table
    joins += ` left join ${target} ${alias} on ${alias}.id = t.${by}`
    selected = [...selected, ...all(inner, alias, [name])]
    const next = random.pick([undefined, ...Object.entries(inner.one)])
    ts += `.selectRelated('${next === undefined ? name : `${name}.${next[0]}`}')`
    if (next === undefined) continue
    joins += ` left join ${next[1].table} ${alias}_n on ${alias}_n.id = ${alias}.${next[1].by}`
    selected = [...selected, ...all(tables[next[1].table] as Table, `${alias}_n`, [name, next[0]])]
  }
  const manies = Object.entries(table.many).filter(() => random.below(3) === 0)
  for (const [name, { table: target, on }] of manies) {
    const inner = narrowed(random, { table: tables[target] as Table, alias: 'p' })
    const slice = sliced(random)
    ts += `.prefetchRelated({ ${name}: ${target}${inner.ts}.orderBy('-id')${slice.ts} })`
    const ids = `select p.id from ${target} p where ${on('p', 't')} and ${inner.sql} order by p.id desc${slice.sql}`
    selected = [...selected, { place: [name], ids: true, type: 'int4[]', sql: `array(${ids})` }]
  }
  const isDistinct = random.below(4) === 0
  if (isDistinct) ts += '.distinct()'
  const isOrdered = random.below(3) > 0
  const ways = [
    ...annotations.filter(({ type }) => type !== 'jsonb').map(({ name, ...each }) => ({ ...each, ts: name })),
    ...(isDistinct ? [] : many(random, 3, () => path(random, of) as Pair)),
  ]
  const order = isOrdered
    ? ordered(random, ways, [{ ts: 'id', sql: 't.id', type: 'int4' }])
    : { ts: '', sql: '' }
  const slice = isOrdered ? sliced(random) : { ts: '', sql: '' }
  const from = `from ${table.name} t${joins} where ${filter}${order.sql}${slice.sql}`
  return {
    ts: `${ts}${order.ts}${slice.ts}`,
    sql: `select ${select(selected)} ${from}`,
    outputs: plain(selected),
    isOrdered,
    hasKysely: manies.length === 0,
    hasEnds: isOrdered && slice.ts === '',
    from: `(select t.* ${from}) t`,
  }
}

/** `values` of fields, paths and expressions, and lists of them, each once or not. */
function listed(random: Random): Program {
  const table = tables[random.pick(['people', 'notes'])] as Table
  const of = row(table)
  const where = narrowed(random, of)
  const isList = random.below(3) === 0
  const paths = many(random, 3, () => path(random, of) as Pair)
  const named = many(random, 2, (index) => ({ ...expression(random, of, 2, true), name: `v${index}` }))
  const fields = [{ ts: 'id', sql: 't.id', type: 'int4' as SqlType }, ...paths].filter(
    (each, index, every) => every.findIndex(({ ts }) => ts === each.ts) === index,
  )
  const isDistinct = random.below(2) === 0
  const chosen = isDistinct && fields.length > 1 ? fields.slice(1) : fields
  const args = chosen.map(({ ts }) => `'${ts}'`)
  const selected: Selected = [
    ...chosen.map(({ ts, sql, type }, index) => ({ place: isList ? [index] : ts.split('.'), sql, type })),
    ...named.map(({ name, sql, type }, index) => ({
      place: isList ? [chosen.length + index] : [name],
      sql,
      type,
    })),
  ]
  const extra = isList
    ? named.map(({ ts }) => ts)
    : named.length === 0
      ? []
      : [`{ ${named.map(({ name, ts }) => `${name}: ${ts}`).join(', ')} }`]
  const isTotal = chosen.some(({ ts }) => ts === 'id')
  const order = isDistinct
    ? ordered(
        random,
        [],
        chosen.filter(({ type }) => type !== 'jsonb'),
      )
    : ordered(random, paths, [{ ts: 'id', sql: 't.id', type: 'int4' }])
  const isOrdered = isTotal || !isDistinct
  const slice = isOrdered ? sliced(random) : { ts: '', sql: '' }
  const list = `${isList ? 'valuesList' : 'values'}(${[...args, ...extra].join(', ')})`
  const distinct = isDistinct ? '.distinct()' : ''
  return {
    ts: `${table.name}${where.ts}.${list}${distinct}${order.ts}${slice.ts}`,
    sql: `select ${isDistinct ? 'distinct ' : ''}${select(selected)} from ${table.name} t where ${where.sql}${order.sql}${slice.sql}`,
    outputs: plain(selected),
    isOrdered,
    hasKysely: !isList,
    hasEnds: isOrdered && slice.ts === '',
  }
}

/** Groups, their aggregates, and conditions on these. */
function grouped(random: Random): Program {
  const table = tables[random.pick(['people', 'notes'])] as Table
  const of = row(table)
  const where = narrowed(random, of)
  const groupable = (each: Pair) => !each.sql.includes('select') && each.type !== 'jsonb'
  const keys = Array.from({ length: 1 + random.below(2) }, (_, index) => {
    let made = expression(random, of, 1, true)
    while (!groupable(made)) made = expression(random, of, 1, true)
    return { ...made, name: `k${index}` }
  })
  const field = path(random, of, ['int4'], 0) as Pair
  const met = condition(random, { table, alias: 't' }, 0)
  const text = path(random, of, ['text'], 0) as Pair
  const aggregates: (Pair & { name: string })[] = [
    { name: 'n', ts: 'count()', sql: 'count(*)', type: 'count' },
    { name: 's', ts: `sum('${field.ts}')`, sql: `sum(${field.sql})`, type: 'count' },
    {
      name: 'd',
      ts: `count('${text.ts}', { distinct: true })`,
      sql: `count(distinct ${text.sql})`,
      type: 'count',
    },
    {
      name: 'm',
      ts: `max('${text.ts}', { filter: ${met.ts} })`,
      sql: `max(${text.sql}) filter (where ${met.sql})`,
      type: 'text',
    },
    {
      name: 'a',
      ts: `arrayAgg('${field.ts}', { orderBy: ['-id'] })`,
      sql: `array_agg(${field.sql} order by t.id desc)`,
      type: 'int4[]',
    },
  ]
  const kept = aggregates.filter(() => random.below(2) === 0)
  const used = kept.length === 0 ? aggregates.slice(0, 1) : kept
  const having = used.find(({ type }) => type === 'count')
  const isHaving = having !== undefined && random.below(2) === 0
  const selected: Selected = [...keys, ...used].map(({ name, sql, type }) => ({ place: [name], sql, type }))
  const named = (all_: readonly (Pair & { name: string })[]) =>
    `{ ${all_.map(({ name, ts }) => `${name}: ${ts}`).join(', ')} }`
  const order = ordered(
    random,
    [],
    keys.map(({ name, sql, type }) => ({ ts: name, sql, type })),
  )
  const slice = sliced(random)
  return {
    ts: `${table.name}${where.ts}.values(${named(keys)}).annotate(${named(used)})${
      isHaving ? `.filter({ ${having.name}: { gt: 1 } })` : ''
    }${order.ts}${slice.ts}`,
    sql: `select ${select(selected)} from ${table.name} t where ${where.sql} group by ${keys
      .map((_, index) => index + 1)
      .join(', ')}${isHaving ? ` having ${having.sql} > 1` : ''}${order.sql}${slice.sql}`,
    outputs: plain(selected),
    isOrdered: true,
    hasKysely: true,
    hasEnds: slice.ts === '',
  }
}

/** The first row in order of each combination of values. */
function firsts(random: Random): Program {
  const table = tables[random.pick(['people', 'notes'])] as Table
  const of = row(table)
  const where = narrowed(random, of)
  const by = path(random, of, ['int4', 'text', 'bool', 'date'], 0) as Pair
  const joined = Object.entries(table.one).filter(() => random.below(3) === 0)
  const joins = joined.map(
    ([name, { table: target, by: key }]) => ` left join ${target} j_${name} on j_${name}.id = t.${key}`,
  )
  const selected: Selected = [
    ...all(table, 't'),
    ...joined.flatMap(([name, { table: target }]) => all(tables[target] as Table, `j_${name}`, [name])),
  ]
  const slice = sliced(random)
  const related =
    joined.length === 0 ? '' : `.selectRelated(${joined.map(([name]) => `'${name}'`).join(', ')})`
  return {
    ts: `${table.name}${where.ts}${related}.distinct('${by.ts}').orderBy('${by.ts}', '-id')${slice.ts}`,
    sql: `select distinct on (${by.sql}) ${select(selected)} from ${table.name} t${joins.join('')} where ${where.sql} order by ${by.sql}, t.id desc${slice.sql}`,
    outputs: plain(selected),
    isOrdered: true,
    hasKysely: true,
    // The last of such rows is the last of the firsts.
    hasEnds: slice.ts === '',
  }
}

/** Unions and their like, of rows of some fields. */
function combined(random: Random): Program {
  const table = tables[random.pick(['people', 'notes'])] as Table
  const fields = Object.entries(table.columns).filter(() => random.below(3) === 0)
  const selected: Selected = [
    { place: ['id'], type: 'int4', sql: 't.id' },
    ...fields.map(([name, type]) => ({ place: [name], type, sql: `t.${name}` })),
  ]
  const extra = expression(random, row(table), 1, true)
  const hasExtra = random.below(2) === 0
  const columns: Selected = hasExtra
    ? [...selected, { place: ['x'], type: extra.type, sql: extra.sql }]
    : selected
  const side = () => {
    const [where, slice] = [narrowed(random, row(table)), sliced(random)]
    const list = selected.map(({ place }) => `'${String(place[0])}'`).join(', ')
    const order = slice.ts === '' ? { ts: '', sql: '' } : { ts: `.orderBy('id')`, sql: ' order by t.id' }
    return {
      ts: `${table.name}${where.ts}.values(${list}${hasExtra ? `, { x: ${extra.ts} }` : ''})${order.ts}${slice.ts}`,
      sql: `(select ${select(columns)} from ${table.name} t where ${where.sql}${order.sql}${slice.sql})`,
    }
  }
  const [one, other] = [side(), side()]
  const [ts, sql] = random.pick([
    ['union', 'union'] as const,
    ['intersection', 'intersect'] as const,
    ['difference', 'except'] as const,
  ])
  const desc = random.below(2) === 0
  const slice = sliced(random)
  return {
    ts: `${one.ts}.${ts}(${other.ts}).orderBy('${desc ? '-' : ''}id')${slice.ts}`,
    sql: `${one.sql} ${sql} ${other.sql} order by c0${desc ? ' desc' : ''}${slice.sql}`,
    outputs: plain(columns),
    isOrdered: true,
    hasKysely: false,
    hasEnds: slice.ts === '',
  }
}
