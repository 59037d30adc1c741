import { jsonNull } from 'sluice'
import { Random } from '../queryset/random.js'
import { program, type Output, type Program } from './program.js'
import type { SqlType, World } from './world.js'

/** What a program makes, as far as it is used here. */
interface Asked {
  all(): Asked
  using(db: unknown): Asked
  toArray(): Promise<unknown[]>
  aiterator(options: object): AsyncIterable<unknown>
  iterator(options: object): Iterable<unknown>
  count(): Promise<number>
  exists(): Promise<boolean>
  first(): Promise<unknown>
  last(): Promise<unknown>
  aggregate(aggregates: object): Promise<unknown>
  toKysely(): { execute(): Promise<unknown[]> }
  toSQL(): { readonly sql: string }
}

/** What a value is, from what PostgreSQL prints of it; where it does not print the value that is read. */
function parsed(type: SqlType, text: string | null): unknown {
  if (text === null) return null
  switch (type) {
    case 'timestamptz':
      return new Date(`${text}:00`)
    case 'bool':
      return text === 't'
    case 'jsonb':
      return text === 'null' ? jsonNull : (JSON.parse(text) as unknown)
    case 'int4[]':
      return JSON.parse(text.replace('{', '[').replace('}', ']').replaceAll('NULL', 'null')) as unknown
    default:
      return text
  }
}

/** Text that two values have in common if and only if they are the same. */
function canonical(type: SqlType, value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (value === jsonNull) return 'null of JSON'
  if (type === 'numeric' && typeof value === 'string') {
    return value.includes('.') ? value.replace(/\.?0+$/, '') : value
  }
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'object' ? JSON.stringify(sorted(value)) : `${value as string}`
}

function sorted(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(sorted)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]))
}

const types: Partial<Record<SqlType, string>> = {
  int8: 'bigint',
  int4: 'number',
  count: 'number',
  bool: 'boolean',
  text: 'string',
  numeric: 'string',
}

function at(found: unknown, { place, ids = false, type }: Output): string {
  let value = found
  for (const name of place) value = value === null ? null : (value as Record<string | number, unknown>)[name]
  if (ids) value = (value as { id: number }[]).map(({ id }) => id)
  const wanted = types[type]
  if (value !== null && wanted !== undefined && typeof value !== wanted)
    return `${typeof value} in place of ${wanted}`
  return canonical(type, value)
}

/** A row as text: of each output the value, and the names of all that it has. */
function shown(found: unknown, outputs: readonly Output[]): string {
  const names = new Set(outputs.map(({ place }) => String(place[0])))
  const more = Object.keys(found as object).filter((name) => !names.has(name))
  return [...outputs.map((output) => at(found, output)), ...more].join(' | ')
}

/** Makes the program of a seed, runs it by every path, and throws a report if any of them differs from SQL by hand. */
export async function check(world: World, seed: number): Promise<void> {
  const made = program(new Random(seed))
  let asked: Asked | undefined
  let way = 'building'
  try {
    const names = Object.keys(world.names)
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- what is printed of a failure is what ran
    const build = new Function(...names, `return ${made.ts}`) as (...values: unknown[]) => Asked
    const byHand = await world.byHand(made.sql)
    asked = build(...Object.values(world.names))
    const expected = byHand.map((values) =>
      made.outputs.map(({ type }, index) => canonical(type, parsed(type, values[index] ?? null))).join(' | '),
    )
    for await (const rows of paths(world, asked, made, new Random(seed), (path) => (way = path))) {
      const found = rows.map((each) => shown(each, made.outputs))
      compare(made.isOrdered ? found : found.sort(), made.isOrdered ? expected : expected.toSorted())
    }
    await summaries(world, asked, made, expected, (path) => (way = path))
  } catch (error) {
    const { message } = error as Error
    throw new Error(
      [
        `seed ${seed}, ${way}: ${message}`,
        made.ts,
        `by hand: ${made.sql}`,
        `by sluice: ${sqlOf(asked)}`,
      ].join('\n\n'),
      { cause: error },
    )
  }
}

function sqlOf(asked: Asked | undefined): string {
  try {
    return asked?.toSQL().sql ?? 'not built'
  } catch (error) {
    return String(error)
  }
}

function compare(found: readonly unknown[], expected: readonly unknown[]): void {
  const index = expected.findIndex((each, at_) => found[at_] !== each)
  if (index < 0 && found.length === expected.length) return
  throw new Error(
    `${found.length} rows for ${expected.length}; at ${index}\n  is  ${String(found[index])}\n  not ${String(expected[index])}`,
  )
}

/** The rows by every path; `go` is told which comes next. */
async function* paths(
  world: World,
  asked: Asked,
  made: Program,
  random: Random,
  go: (path: string) => void,
): AsyncGenerator<readonly unknown[]> {
  const chunkSize = random.pick([1, 3, 7, 2000])
  const options = { chunkSize, batchYieldSize: 4 }
  const read = async (rows: AsyncIterable<unknown>) => {
    const found: unknown[] = []
    for await (const each of rows) found.push(each)
    return found
  }
  go('toArray()')
  yield await asked.all().toArray()
  go(`aiterator({ chunkSize: ${chunkSize} })`)
  yield await read(asked.aiterator({ chunkSize }))
  go('aiterator() in batches')
  yield (await read(asked.aiterator(options))).flat(1)
  go('iterator()')
  yield [...asked.iterator({ chunkSize })]
  go('iterator() in batches')
  yield [...asked.iterator(options)].flat(1)
  go('in a transaction')
  yield await world.db.transaction().execute((trx) => read(asked.using(trx).aiterator({ chunkSize })))
  if (!made.hasKysely) return
  go('toKysely()')
  yield await asked.toKysely().execute()
}

/** What is told of the rows without reading them. */
async function summaries(
  world: World,
  asked: Asked,
  made: Program,
  expected: readonly string[],
  go: (path: string) => void,
): Promise<void> {
  const end = (found: unknown) => (found === null ? undefined : shown(found, made.outputs))
  go('count()')
  compare([await asked.all().count()], [expected.length])
  go('exists()')
  compare([await asked.all().exists()], [expected.length > 0])
  if (made.isOrdered) {
    go('first()')
    compare([end(await asked.all().first())], [expected[0]])
  }
  if (made.hasEnds) {
    go('last()')
    compare([end(await asked.all().last())], [expected.at(-1)])
  }
  if (made.from === undefined) return
  go('aggregate()')
  const { count, max, sum } = world.names as Record<string, (field?: string) => unknown>
  const found = await asked.all().aggregate({ n: count?.(), top: max?.('id'), sum: sum?.('id') })
  const [byHand] = await world.byHand(`select count(*), max(id), sum(id) from ${made.from}`)
  compare(Object.values(found as object).map(String), (byHand ?? []).map(String))
}
