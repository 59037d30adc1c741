import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hasServerLog, serverLog, type ServerLog } from '../support/database.js'
import { openShop, type Shop } from './shop.js'

describe.skipIf(!hasServerLog)('which queries are sent', () => {
  let shop: Shop
  let log: ServerLog
  let mark: number
  beforeAll(async () => {
    shop = await openShop("INSERT INTO companies (name) VALUES ('a'), ('b'), ('c')")
    log = serverLog(shop.database)
  })
  afterAll(() => shop[Symbol.asyncDispose]())
  beforeEach(async () => {
    mark = await log.mark()
  })

  /** The SELECTs since the test began. */
  const sent = async (): Promise<string[]> =>
    (await log.statementsSince(mark)).flatMap(({ kind, sql }) =>
      kind !== 'fetch' && /^select/i.test(sql) ? [sql] : [],
    )

  const read = async (rows: AsyncIterable<{ name: string }>): Promise<string> => {
    let names = ''
    for await (const { name } of rows) names += name
    return names
  }

  it('none while a queryset is built, and what it was built from stays as it was', async () => {
    const base = shop.repos.companies.orderBy('id')
    const before = base.toSQL()
    base.filter({ id: 1 })
    base.exclude({ id: 1 }).reverse().distinct().only('id').defer('id').slice(0, 1).values('id').none()
    base.using(shop.db).all().valuesList('id')
    base.aiterator()
    base.iterator()
    base.toSQL()
    base.toKysely()
    expect(base.toSQL()).toEqual(before)
    expect(await sent()).toEqual([])
    expect(await read(base)).toBe('abc')
  })

  it('one for all loops and calls of one queryset', async () => {
    const rows = shop.repos.companies.orderBy('id')
    expect(await read(rows)).toBe('abc')
    expect(await read(rows)).toBe('abc')
    expect((await rows.toArray()).length).toBe(3)
    expect(await rows.count()).toBe(3)
    expect(await rows.exists()).toBe(true)
    expect((await rows.first())?.name).toBe('a')
    expect(await sent()).toHaveLength(1)
  })

  it('one for a queryset that is evaluated several times at once', async () => {
    const rows = shop.repos.companies.orderBy('id')
    const answers = await Promise.all([
      rows.toArray(),
      read(rows),
      rows.toArray(),
      rows.count(),
      rows.exists(),
    ])
    expect(answers.slice(1)).toEqual(['abc', answers[0], 3, true])
    expect(await sent()).toHaveLength(1)
  })

  it('a new one for all() and for every queryset made from it', async () => {
    const rows = shop.repos.companies.orderBy('id')
    await rows.toArray()
    await rows.all().toArray()
    await rows.filter({ id: 1 }).toArray()
    expect(await sent()).toHaveLength(3)
  })

  it('a new one for each stream, which neither reads nor fills the cache', async () => {
    const rows = shop.repos.companies.orderBy('id')
    expect(await read(rows.aiterator())).toBe('abc')
    expect(await read(rows.aiterator({ chunkSize: 1 }))).toBe('abc')
    expect([...rows.iterator()].length).toBe(3)
    expect(await sent()).toHaveLength(3)
    await rows.toArray()
    expect(await sent()).toHaveLength(4)
    expect(await read(rows.aiterator())).toBe('abc')
    expect(await sent()).toHaveLength(5)
  })

  it('a new one for each loop over a repository', async () => {
    const { companies } = shop.repos
    await read(companies)
    await read(companies)
    await companies.toArray()
    await companies.count()
    await companies.exists()
    await companies.first()
    expect(await sent()).toHaveLength(6)
  })

  it('none by none()', async () => {
    for (const none of [
      shop.repos.companies.none(),
      shop.repos.companies.none().filter({ id: 1 }).orderBy('id'),
      shop.repos.companies.filter({ id: 1 }).none().all(),
      shop.repos.companies.slice(2, 2),
    ]) {
      expect(await none.toArray()).toEqual([])
      expect(await read(none)).toBe('')
      expect(await none.first()).toBe(null)
      expect(await none.count()).toBe(0)
      expect(await none.exists()).toBe(false)
      expect(await read(none.aiterator())).toBe('')
      expect([...none.iterator({ batchYieldSize: 5 })]).toEqual([])
    }
    expect(await shop.repos.companies.none().last()).toBe(null)
    expect(await log.statementsSince(mark)).toEqual([])
  })

  it('a new one after a failed one: failures are not kept', async () => {
    const rows = shop.repos.companies.orderBy('id')
    await shop.run('ALTER TABLE companies RENAME TO moved')
    const failures = await Promise.allSettled([rows.toArray(), read(rows), rows.count()])
    expect(failures.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    await shop.run('ALTER TABLE moved RENAME TO companies')
    expect(await read(rows)).toBe('abc')
    expect(await rows.count()).toBe(3)
  })

  it('what toArray returns is the caller’s own array', async () => {
    const rows = shop.repos.companies.orderBy('id')
    const mine = await rows.toArray()
    mine.length = 0
    expect((await rows.toArray()).length).toBe(3)
  })

  it('a loop that is left does not end the next one early', async () => {
    const rows = shop.repos.companies.orderBy('id')
    for await (const row of rows) {
      expect(row.name).toBe('a')
      break
    }
    expect(await read(rows)).toBe('abc')
    expect(await sent()).toHaveLength(1)
  })

  it('a queryset is no promise: returning it from an async function runs nothing', async () => {
    const build = async () => {
      await Promise.resolve()
      return shop.repos.companies.orderBy('id')
    }
    const rows = await build()
    expect(await sent()).toEqual([])
    expect(await rows.count()).toBe(3)
  })
})
