import { isDeepStrictEqual } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { arrayAgg, max, stringAgg } from 'sluice'
import { hostileNames, hostileStrings } from './corpus.js'
import { itemOf, items, itemsTable } from './items.js'
import { call, openTarget, run, type AnyRepository, type Target } from './target.js'

const tables = `${itemsTable}
  create table parents (key text collate "C" primary key, mood mood);
  create table children (id integer generated always as identity primary key, parent_key text references parents);`

let target: Target
let before: unknown
let repository: AnyRepository
beforeAll(async () => {
  target = await openTarget(tables)
  before = await target.census()
  repository = target.repository('items')
})
afterAll(() => target[Symbol.asyncDispose]())
beforeEach(() => target.sql('truncate items, parents, children restart identity'))
afterEach(async () => expect(await target.census()).toEqual(before))

/** Runs a task for each string and returns the different statements that the server was sent. */
async function statementsOf(task: (text: string, id: number) => Promise<unknown>): Promise<string[]> {
  const sent = await target.statements(async () => {
    for (const [index, text] of hostileStrings.entries()) await task(text, index + 1)
  })
  return [...new Set(sent)]
}

describe('what is written comes back as it was given', () => {
  it('by create, in one statement for all strings', async () => {
    const rows: unknown[] = []
    const sent = await statementsOf(async (text, id) => rows.push(await repository.create(itemOf(text, id))))
    expect(isDeepStrictEqual(rows, items)).toBe(true)
    expect(sent.length).toBeLessThanOrEqual(1)
  })

  it('by bulkCreate, read by every path', async () => {
    expect(isDeepStrictEqual(await repository.bulkCreate(items), items)).toBe(true)
    const all = repository.orderBy('id')
    expect(isDeepStrictEqual(await all.toArray(), items)).toBe(true)
    expect(isDeepStrictEqual(await collect(all.aiterator({ chunkSize: 50 })), items)).toBe(true)
    expect(isDeepStrictEqual([...all.iterator({ chunkSize: 50 })], items)).toBe(true)
    const labels = await all.valuesList('label', { flat: true }).toArray()
    expect(labels).toStrictEqual(hostileStrings)
    expect(await repository.values('label').distinct().count()).toBe(hostileStrings.length)
  })

  it('by bulkCreate with conflicts, which it finds by the strings', async () => {
    const parents = target.repository('parents')
    const rows = hostileStrings.map((key) => ({ key, mood: null }))
    await parents.bulkCreate(rows)
    expect(await parents.bulkCreate(rows, { ignoreConflicts: true })).toBe(0)
    const moody = hostileNames.map((key) => ({ key, mood: key }))
    const options = { updateConflicts: true, uniqueFields: ['key'], updateFields: ['mood'] } as const
    expect(await parents.bulkCreate(moody, options)).toStrictEqual(moody)
    expect(await parents.count()).toBe(hostileStrings.length)
  })

  it('by bulkUpdate, which finds its rows by the strings', async () => {
    const parents = target.repository('parents')
    await parents.bulkCreate(hostileStrings.map((key) => ({ key, mood: null })))
    const moody = hostileNames.map((key) => ({ key, mood: key }))
    expect(await parents.bulkUpdate(moody, ['mood'])).toBe(moody.length)
    const rows = await parents.filter({ mood: { isNull: false } }).toArray()
    expect(new Set(rows.map(({ key, mood }) => [key, mood].join('\n')))).toEqual(
      new Set(moody.map(({ key, mood }) => [key, mood].join('\n'))),
    )
  })

  it('by update, which changes the one row that it is about', async () => {
    const plain = hostileStrings.map((text, index) => ({ id: index + 1, label: text }))
    await repository.bulkCreate(plain)
    const sent = await statementsOf(async (text, id) => {
      const { id: _, ...values } = itemOf(text, id)
      expect(await repository.filter({ label: text }).update(values)).toBe(1)
    })
    expect(sent.length).toBeLessThanOrEqual(1)
    expect(isDeepStrictEqual(await repository.orderBy('id').toArray(), items)).toBe(true)
  })

  it('by getOrCreate and updateOrCreate, each of which makes a row once', async () => {
    const parents = target.repository('parents')
    const sent = await statementsOf(async (key) => {
      expect(await parents.getOrCreate({ key }, {})).toEqual([{ key, mood: null }, true])
      expect(await parents.getOrCreate({ key }, {})).toEqual([{ key, mood: null }, false])
      const mood = hostileNames.includes(key) ? key : null
      expect(await parents.updateOrCreate({ key }, { mood })).toEqual([{ key, mood }, false])
    })
    // One that looks, one that inserts, one that updates.
    expect(sent.length).toBeLessThanOrEqual(3)
    expect(await parents.count()).toBe(hostileStrings.length)
  })

  it('and delete removes the one row that it is about', async () => {
    await repository.bulkCreate(items)
    const sent = await statementsOf(async (text) => {
      expect(await repository.filter({ label: text }).delete()).toBe(1)
    })
    expect(sent.length).toBeLessThanOrEqual(1)
  })
})

describe('what belongs to a string is found by it', () => {
  beforeEach(async () => {
    await target.repository('parents').bulkCreate(hostileStrings.map((key) => ({ key })))
    await target.repository('children').bulkCreate(hostileStrings.map((key) => ({ parent_key: key })))
  })

  it('by inBulk', async () => {
    const parents = target.repository('parents')
    const rows = await run(parents, 'inBulk', [...hostileStrings, "' or true --'"])
    expect(rows).toEqual(new Map(hostileStrings.map((key) => [key, { key, mood: null }])))
  })

  it('by relations, joined and prefetched', async () => {
    const relations = target.repository('children').schema.relations?.map(({ name }) => name)
    expect(relations).toEqual(['parent'])
    const joined = call(target.repository('children'), 'selectRelated', 'parent').orderBy('id')
    const expected = hostileStrings.map((key, index) => ({
      ...{ id: index + 1, parent_key: key },
      parent: { key, mood: null },
    }))
    expect(await joined.toArray()).toStrictEqual(expected)
    const prefetched = call(target.repository('children'), 'prefetchRelated', 'parent').orderBy('id')
    expect(await prefetched.toArray()).toStrictEqual(expected)
    expect(await collect(prefetched.aiterator({ chunkSize: 100 }))).toStrictEqual(expected)
    const parents = await call(target.repository('parents'), 'prefetchRelated', 'children').toArray()
    expect(parents).toHaveLength(hostileStrings.length)
    for (const { key, children } of parents) expect(children).toMatchObject([{ parent_key: key }])
  })

  it('by groups, subqueries and aggregates, and between joined strings', async () => {
    const children = target.repository('children')
    const inner = children.values('parent_key')
    expect(
      await target
        .repository('parents')
        .filter({ key: { in: inner } })
        .count(),
    ).toBe(hostileStrings.length)
    const all = await run(target.repository('parents'), 'aggregate', {
      all: arrayAgg('key', { orderBy: 'key' }),
      most: max('key'),
    })
    const sorted = [...hostileStrings].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    expect(all).toStrictEqual({ all: sorted, most: sorted.at(-1) })
    const two = children.filter({ id: { lte: 2 } })
    const [first, second] = hostileStrings
    const sent = await statementsOf(async (text) => {
      const joined = await run(two, 'aggregate', { joined: stringAgg('parent_key', text, { orderBy: 'id' }) })
      expect(joined).toStrictEqual({ joined: `${first}${text}${second}` })
    })
    expect(sent.length).toBeLessThanOrEqual(1)
  })
})

async function collect<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const row of rows) all.push(row)
  return all
}
