import type { ColumnSchema } from 'sluice'
import type { AnyRepository } from '../../test/codegen/any-repository.js'
import { qualifiedName } from '../../src/schema/qualified-name.js'
import { labelOf, parentsFirst, targetOf } from '../../test/codegen/any-repository.js'
import { sampleValue } from '../../test/codegen/sample-value.js'

type Row = Record<string, unknown>

/** What became of a table. */
export interface Filled {
  /** Made here, beside those of the dump. */
  readonly made: number
  /** Why no row could be made, where there is none. */
  readonly because?: string
}

/** How many rows an empty table gets. */
const ROWS = 3

/**
 * Puts rows into each empty table, parents first, by `create`. Values suit types; those of foreign keys are of rows that
 * are there. What no value here suits stays empty, and is told.
 *
 * @param repositories - on a connection whose triggers do not fire.
 */
export async function fill(repositories: readonly AnyRepository[]): Promise<Map<string, Filled>> {
  const rows = new Map<string, Row[]>()
  const filled = new Map<string, Filled>()
  const order = parentsFirst(repositories)
  // Keys that go round in a circle find their rows at the second time.
  for (const repository of [...order, ...order]) {
    const name = labelOf(repository)
    const before = filled.get(name)
    if (before !== undefined && before.because === undefined) continue
    const isView = repository.schema.kind.endsWith('view')
    const there = isView ? [] : ((await repository.slice(0, ROWS).toArray()) as Row[])
    rows.set(name, there)
    if (there.length > 0 || isView) {
      filled.set(name, { made: 0 })
      continue
    }
    let because: string | undefined
    for (let index = 0; index < ROWS; index++) {
      const made = await makeRow(repository, index, rows)
      if (typeof made === 'string') because = made
      else there.push(made)
    }
    filled.set(name, { made: there.length, ...(there.length === 0 && because !== undefined && { because }) })
  }
  return filled
}

/** @returns the row, or why there is none. */
async function makeRow(
  repository: AnyRepository,
  index: number,
  rows: ReadonlyMap<string, readonly Row[]>,
): Promise<Row | string> {
  let because = ''
  for (const kind of ['rich', 'plain', 'few'] as const) {
    const values = valuesOf(repository, kind, index, rows)
    if (typeof values === 'string') return values
    try {
      return await repository.create(values)
    } catch (error) {
      because = error instanceof Error ? error.message : String(error)
    }
  }
  return because
}

/** Rich values hold every awkward character, plain ones suit short columns, and few leave all away that may be. */
type Kind = 'rich' | 'plain' | 'few'

function valuesOf(
  { schema }: AnyRepository,
  kind: Kind,
  index: number,
  rows: ReadonlyMap<string, readonly Row[]>,
): Row | string {
  const values: Row = {}
  const refers = new Set(schema.foreignKeys.flatMap(({ columns }) => columns))
  for (const column of schema.columns) {
    const { property, generated, nullable, optional } = column
    if (generated !== undefined || refers.has(property)) continue
    const isKey = schema.primaryKey.includes(property)
    const value = valueOf(column, kind, index + 1)
    if (kind === 'few' && (nullable || optional) && !isKey) continue
    if (value !== undefined) values[property] = value
    else if (nullable) values[property] = null
    else if (!optional) return `no value for ${property}`
  }
  for (const key of schema.foreignKeys) {
    const isSelf = targetOf(key) === qualifiedName(schema)
    const parents = rows.get(targetOf(key)) ?? []
    const parent = parents[index % Math.max(1, parents.length)] ?? (isSelf ? values : undefined)
    key.columns.forEach((column, at) => {
      values[column] ??= parent?.[key.references.columns[at] ?? ''] ?? null
    })
  }
  for (const { property, nullable } of schema.columns) {
    if (values[property] === null && !nullable) return `nothing for ${property} to refer to`
  }
  return values
}

function valueOf({ type }: ColumnSchema, kind: Kind, n: number): unknown {
  if (
    kind !== 'rich' &&
    typeof type === 'string' &&
    ['text', 'varchar', 'citext', 'name', 'bpchar'].includes(type)
  )
    return n.toString(36)
  // What refers to it may be narrower.
  if (type === 'int8') return BigInt(n)
  try {
    return sampleValue(type, n % 1_000_000)
  } catch {
    return undefined
  }
}
