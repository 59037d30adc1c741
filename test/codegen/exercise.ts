import { isDeepStrictEqual } from 'node:util'
import { expect } from 'vitest'
import type { ColumnSchema } from 'sluice'
import { lookupKind } from '../../src/types/lookup-kind.js'
import { labelOf, parentsFirst, targetOf, type AnyRepository } from './any-repository.js'
import { sampleValue } from './sample-value.js'

type Row = Record<string, unknown>

/** How many rows each table gets. */
const ROWS = 2

/**
 * Uses every repository as a program would: creates rows, finds each by its key and by its values, reads them by every
 * path, follows every relation and updates a row.
 *
 * @param paths - `async` leaves out what differs by how rows are fetched: chunks, batches and `iterator()`.
 * @returns how many rows were made in each table, by qualified name. Views get none.
 */
export async function exercise(
  repositories: Readonly<Record<string, AnyRepository>>,
  paths: 'all' | 'async' = 'all',
): Promise<Map<string, number>> {
  const all = Object.values(repositories)
  const created = new Map<string, Row[]>()
  for (const repository of parentsFirst(all))
    created.set(labelOf(repository), await createRows(repository, created))
  for (const repository of all) {
    const rows = created.get(labelOf(repository)) ?? []
    await readEveryWay(repository, rows, paths)
    await findByValues(repository, rows)
    await followRelations(repository, paths)
    await updateOne(repository, rows)
  }
  return new Map([...created].map(([name, rows]) => [name, rows.length]))
}

let counter = 0

async function createRows(repository: AnyRepository, created: ReadonlyMap<string, Row[]>): Promise<Row[]> {
  const { schema } = repository
  if (schema.kind.endsWith('view')) return []
  const rows: Row[] = []
  for (let index = 0; index < ROWS; index++) {
    const values = valuesOf(repository, index, created)
    if (values === undefined) continue
    const row =
      index === 0 ? await repository.create(values) : ((await repository.bulkCreate([values])) as Row[])[0]
    expect(row, labelOf(repository)).toMatchObject(values)
    expect(Object.keys(row ?? {}).sort(), labelOf(repository)).toEqual(
      schema.columns.map(({ property }) => property).sort(),
    )
    rows.push(row ?? {})
  }
  return rows
}

/** A value for every column that takes one; none when a row cannot be made. */
function valuesOf(
  { schema }: AnyRepository,
  index: number,
  created: ReadonlyMap<string, Row[]>,
): Row | undefined {
  const own = counter++ % 9
  const values: Row = {}
  for (const { property, type, generated, nullable, optional } of schema.columns) {
    if (generated !== undefined) continue
    const value = sampleValue(type, schema.primaryKey.includes(property) ? counter : own)
    if (value !== undefined) values[property] = value
    else if (nullable) values[property] = null
    else if (!optional) return undefined
  }
  for (const key of schema.foreignKeys) {
    const parents = created.get(targetOf(key)) ?? []
    const parent = parents[index % Math.max(1, parents.length)]
    key.columns.forEach((column, at) => (values[column] = parent?.[key.references.columns[at] ?? ''] ?? null))
  }
  // A column of several keys has the value of the last: the others refer to nothing if one of their columns is NULL.
  for (const key of schema.foreignKeys) {
    const parents = created.get(targetOf(key)) ?? []
    const isMet = parents.some((row) =>
      key.columns.every((column, at) => row[key.references.columns[at] ?? ''] === values[column]),
    )
    const open = schema.columns.find(({ property, nullable }) => nullable && key.columns.includes(property))
    if (!isMet && open !== undefined) values[open.property] = null
    else if (!isMet) return undefined
  }
  return values
}

async function collect<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const row of rows) all.push(row)
  return all
}

function orderOf({ schema }: AnyRepository): string[] {
  if (schema.primaryKey.length > 0) return [...schema.primaryKey]
  return schema.columns.filter(isComparable).map(({ property }) => property)
}

/** Whether it has an order, and `=`. */
function isComparable({ type }: ColumnSchema): boolean {
  return !['null', 'equality', 'unorderedArray'].includes(lookupKind(type))
}

async function readEveryWay(
  repository: AnyRepository,
  rows: readonly Row[],
  paths: 'all' | 'async',
): Promise<void> {
  const label = labelOf(repository)
  const all = repository.orderBy(...orderOf(repository))
  const read = await all.toArray()
  expect(read, label).toHaveLength(await repository.count())
  expect(read, label).toEqual(expect.arrayContaining([...rows]))
  expect(await collect(all.aiterator({ chunkSize: 1 })), label).toStrictEqual(read)
  if (paths === 'async') return
  expect((await collect(all.aiterator({ batchYieldSize: 2 }))).flat(), label).toStrictEqual(read)
  expect([...all.iterator({ chunkSize: 1 })], label).toStrictEqual(read)
}

async function findByValues(repository: AnyRepository, rows: readonly Row[]): Promise<void> {
  const { primaryKey, columns } = repository.schema
  for (const row of rows) {
    if (primaryKey.length > 0) {
      expect(await repository.get(keyOf(repository, row)), labelOf(repository)).toStrictEqual(row)
    }
    const conditions = columns
      .filter(({ property, type }) => row[property] !== null && lookupKind(type) !== 'null')
      .map(({ property }) => ({ property, exact: row[property] }))
    const found = await Promise.all([
      isFound(
        repository,
        row,
        Object.fromEntries(conditions.map(({ property, exact }) => [property, { exact }])),
      ),
      isFound(
        repository,
        row,
        Object.fromEntries(conditions.map(({ property, exact }) => [property, { in: [exact] }])),
      ),
    ])
    if (found.every(Boolean)) continue
    // A row that all conditions together find is found by each; here one of them does not, and is named.
    for (const { property, exact } of conditions) {
      const label = `${labelOf(repository)}.${property}`
      expect(await repository.filter({ [property]: { exact } }).toArray(), label).toContainEqual(row)
      expect(await repository.filter({ [property]: { in: [exact] } }).toArray(), label).toContainEqual(row)
    }
    expect(found, labelOf(repository)).toEqual([true, true])
  }
}

async function isFound(repository: AnyRepository, row: Row, conditions: Row): Promise<boolean> {
  const found = await repository.filter(conditions).toArray()
  return found.some((each) => isDeepStrictEqual(each, row))
}

function keyOf({ schema }: AnyRepository, row: Row): Row {
  return Object.fromEntries(schema.primaryKey.map((property) => [property, { exact: row[property] }]))
}

async function followRelations(repository: AnyRepository, paths: 'all' | 'async'): Promise<void> {
  const relations = repository.schema.relations ?? []
  if (relations.length === 0) return
  // Names are checked by type only where they are known.
  const related = repository as unknown as {
    prefetchRelated(...names: string[]): AnyRepository
    selectRelated(...names: string[]): AnyRepository
  }
  const names = relations.map(({ name }) => name)
  const all = related.prefetchRelated(...names).orderBy(...orderOf(repository))
  const read = await all.toArray()
  expect(await collect(all.aiterator({ chunkSize: 1 })), labelOf(repository)).toStrictEqual(read)
  if (paths === 'all') {
    expect([...all.iterator({ chunkSize: 1 })], labelOf(repository)).toStrictEqual(read)
  }
  for (const { name, kind } of relations) {
    const label = `${labelOf(repository)}.${name}`
    const values = read.map((row) => row[name])
    const found = values.filter((value) => (kind === 'many' ? (value as Row[]).length > 0 : value !== null))
    const some = await repository.filter({ [name]: kind === 'many' ? { some: {} } : {} }).count()
    expect(some, label).toBe(found.length)
    if (kind === 'many') continue
    const joined = await related
      .selectRelated(name)
      .orderBy(...orderOf(repository))
      .toArray()
    expect(
      joined.map((row) => row[name]),
      label,
    ).toStrictEqual(values)
  }
}

async function updateOne(repository: AnyRepository, [row]: readonly Row[]): Promise<void> {
  const { columns, primaryKey, uniqueKeys, foreignKeys } = repository.schema
  if (row === undefined || primaryKey.length === 0) return
  const keys = new Set([primaryKey, ...uniqueKeys, ...foreignKeys.map((key) => key.columns)].flat())
  const changes: Row = {}
  for (const { property, type, generated } of columns) {
    if (generated !== undefined || keys.has(property)) continue
    const value = sampleValue(type, 7)
    if (value !== undefined) changes[property] = value
  }
  if (Object.keys(changes).length === 0) return
  const itself = repository.filter(keyOf(repository, row))
  expect(await itself.update(changes), labelOf(repository)).toBe(1)
  expect(await itself.get(), labelOf(repository)).toMatchObject({ ...changes, ...keyValues(repository, row) })
}

function keyValues({ schema }: AnyRepository, row: Row): Row {
  return Object.fromEntries(schema.primaryKey.map((property) => [property, row[property]]))
}
