import { channel } from 'node:diagnostics_channel'
import { readFileSync } from 'node:fs'
import { CamelCasePlugin } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  afterCommit,
  atomic,
  count,
  OptionError,
  PositionError,
  SchemaDriftError,
  TransactionError,
  UsageError,
  walkStore,
  type WalkEvent,
  type WalkStore,
} from 'sluice'
import { repositories } from '../../generated/index.js'
import { openShop, type Shop } from '../queryset/shop.js'

let shop: Shop
let store: WalkStore
beforeEach(async () => {
  shop = await openShop(`
    INSERT INTO companies (name) SELECT 'c' || i FROM generate_series(10, 19) i;
    ANALYZE companies`)
  store = walkStore(shop.db)
  await store.create()
})
afterEach(() => shop[Symbol.asyncDispose]())

const byName = () => shop.repos.companies.orderBy('name')
const options = (more: object = {}) => ({ name: 'x', store, batchSize: 4, ...more })
const tags = async () =>
  (await shop.repos.categories.orderBy('id').valuesList('name', { flat: true }).toArray()).join(' ')

describe('a walk with a name', () => {
  it('gives rows in batches with a transaction, and saves how far it is in that', async () => {
    const sizes: number[] = []
    const result = await byName().walk(options(), async (rows, { trx, checkpoint }) => {
      sizes.push(rows.length)
      await repositories(trx).categories.create({ name: rows[0]?.name ?? '', slug: checkpoint.slice(-60) })
      // Only the transaction knows of it.
      expect(await store.status('x')).toMatchObject({ rows: sizes.length * 4 - 4, state: 'running' })
    })
    expect(sizes).toEqual([4, 4, 2])
    expect(await tags()).toBe('c10 c14 c18')
    expect(result).toMatchObject({ outcome: 'completed', rows: 10, batches: 3, skipped: 0 })
    expect(await store.status('x')).toMatchObject({
      ...{ name: 'x', state: 'completed', rows: 10, batches: 3, skipped: 0, failure: null, estimate: 10 },
      checkpoint: result.checkpoint,
    })
    expect((await store.status('x'))?.completedAt).toBeInstanceOf(Date)
  })

  it('has effects in the database once, however often it fails, and goes on where it was', async () => {
    let calls = 0
    const walk = () =>
      byName().walk(options(), async (rows, { trx }) => {
        const { categories } = repositories(trx)
        for (const { name } of rows) await categories.create({ name, slug: name })
        if (++calls % 2 === 1) throw new Error('crashed')
      })
    for (const done of [0, 4, 8]) {
      await expect(walk()).rejects.toThrow('crashed')
      expect(await store.status('x')).toMatchObject({ state: 'failed', failure: 'crashed', rows: done })
    }
    await walk()
    expect(await tags()).toBe('c10 c11 c12 c13 c14 c15 c16 c17 c18 c19')
    expect(await store.status('x')).toMatchObject({ state: 'completed', failure: null, rows: 10 })
  })

  it('does nothing once it is completed, and begins anew once it is forgotten', async () => {
    const names: string[] = []
    const walk = () => byName().walk(options(), (rows) => void names.push(...rows.map(({ name }) => name)))
    await walk()
    expect(await walk()).toMatchObject({ outcome: 'completed', rows: 10 })
    expect(names).toHaveLength(10)
    expect(await store.forget('x')).toBe(true)
    expect(await store.forget('x')).toBe(false)
    expect(await store.status('x')).toBeNull()
    await walk()
    expect(names).toHaveLength(20)
  })

  it('may have another size of batches when it goes on', async () => {
    const sizes: number[] = []
    const walk = (batchSize: number) =>
      byName().walk(options({ batchSize }), (rows) => {
        sizes.push(rows.length)
        if (sizes.length === 2) throw new Error('crashed')
      })
    await expect(walk(3)).rejects.toThrow('crashed')
    await walk(5)
    expect(sizes).toEqual([3, 3, 5, 2])
  })

  it('reads backwards, joins, prefetches, and locks what it reads', async () => {
    await shop.run(`INSERT INTO users (email, name, company_id) SELECT name || '@x', name, id FROM companies`)
    const seen: string[] = []
    await shop.repos.users
      .orderBy('name')
      .reverse()
      .selectRelated('company')
      .prefetchRelated('addresses')
      .selectForUpdate({ of: ['self'] })
      .walk(options(), async (rows, { trx }) => {
        seen.push(...rows.map(({ company, addresses }) => `${company?.name ?? ''}${addresses.length}`))
        const free = shop.repos.users.using(trx).count()
        expect(await free).toBe(10)
      })
    expect(seen.join(' ')).toBe('c190 c180 c170 c160 c150 c140 c130 c120 c110 c100')
  })

  it('has a transaction with the schema and the plugins of its handle', async () => {
    await shop.run(`
      CREATE SCHEMA t1;
      CREATE TABLE t1.companies (LIKE companies INCLUDING ALL);
      CREATE TABLE t1.categories (LIKE categories INCLUDING ALL);
      INSERT INTO t1.companies (name) VALUES ('of a tenant')`)
    const tenant = shop.open({ plugins: [new CamelCasePlugin()] }).withSchema('t1')
    const found: unknown[] = []
    await repositories(tenant).companies.walk(
      { name: 'x', store: walkStore(tenant) },
      async (rows, { trx }) => {
        found.push(...rows.map(({ name }) => name))
        await repositories(trx).categories.create({ name: 'x', slug: 'x' })
        found.push(...(await trx.selectFrom('companies').selectAll().execute()))
      },
    )
    expect(found).toMatchObject(['of a tenant', { countryCode: 'GB' }])
    expect(await shop.repos.categories.count()).toBe(0)
    expect(await repositories(tenant).categories.count()).toBe(1)
  })

  it('is completed where there are no rows', async () => {
    const body = () => expect.unreachable()
    expect(await byName().none().walk(options(), body)).toMatchObject({ outcome: 'completed', rows: 0 })
    const none = byName().filter({ name: 'none' })
    expect(await none.walk(options({ name: 'y' }), body)).toMatchObject({ outcome: 'completed', batches: 0 })
  })

  it('is one of many in its store', async () => {
    const other = walkStore(shop.db, { schema: 'walks', table: 'of "mine"' })
    await shop.run('CREATE SCHEMA walks')
    await other.create()
    await other.create()
    await byName().walk({ name: 'a', store: other }, () => {})
    await byName().walk({ name: 'b', store: other }, () => {})
    expect((await other.list()).map(({ name }) => name)).toEqual(['b', 'a'])
    expect(await store.list()).toEqual([])
    expect(readFileSync(new URL('../../docs/resumable.md', import.meta.url), 'utf8')).toContain(store.ddl)
    expect(other.ddl).toContain('CREATE TABLE IF NOT EXISTS "walks"."of ""mine"""')
  })
})

describe('a signal', () => {
  it('stops it between two batches: what is under way is done, saved, and told', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const sizes: number[] = []
    const walk = (more: object) =>
      byName().walk(options(more), (rows) => {
        sizes.push(rows.length)
        controller.abort(new Error('deploy'))
      })
    expect(await walk({ signal })).toMatchObject({ outcome: 'interrupted', rows: 4 })
    expect(await store.status('x')).toMatchObject({ state: 'stopped', rows: 4, failure: null })
    expect(await walk({ signal })).toMatchObject({ outcome: 'interrupted', rows: 4 })
    expect(await walk({})).toMatchObject({ outcome: 'completed', rows: 10 })
    expect(sizes).toEqual([4, 4, 2])
  })

  it('that the function ends by has stopped it, and undone its batch', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const stopped = await byName().walk(options({ signal }), () => {
      controller.abort(new Error('deploy'))
      signal.throwIfAborted()
    })
    expect(stopped).toMatchObject({ outcome: 'interrupted', rows: 0 })
  })
})

describe('events', () => {
  it('tell how far it is, to a function and on a channel', async () => {
    const heard: WalkEvent[] = []
    const told: WalkEvent[] = []
    const listener = (message: unknown) => void heard.push(message as WalkEvent)
    channel('sluice:walk').subscribe(listener)
    const controller = new AbortController()
    const walk = (signal?: AbortSignal) => {
      const more = { onEvent: (event: WalkEvent) => void told.push(event), ...(signal && { signal }) }
      return byName().walk(options(more), () => controller.abort())
    }
    await walk(controller.signal)
    await walk()
    await walk()
    channel('sluice:walk').unsubscribe(listener)
    expect(heard).toEqual(told)
    expect(told.map(({ type, rows, batches }) => [type, rows, batches])).toEqual([
      ['started', 0, 0],
      ['batch', 4, 1],
      ['interrupted', 4, 1],
      ['resumed', 4, 1],
      ['batch', 8, 2],
      ['batch', 10, 3],
      ['completed', 10, 3],
    ])
    for (const event of told) expect(event).toMatchObject({ name: 'x', estimate: 10, skipped: 0 })
    expect(told.at(-1)?.rowsPerSecond).toBeGreaterThan(0)
    expect(told[3]?.rowsPerSecond).toBe(0)
  })

  it('tell what it failed by, which is what is thrown whatever the listener does', async () => {
    const told: WalkEvent[] = []
    const onEvent = (event: WalkEvent) => {
      told.push(event)
      if (event.type === 'failed') throw new Error('the listener')
    }
    const walked = byName().walk(options({ onEvent }), () => Promise.reject(new Error('the function')))
    await expect(walked).rejects.toThrow('the function')
    expect(told.at(-1)).toMatchObject({ type: 'failed', error: new Error('the function') })
  })
})

describe('a walk is refused, and nothing is walked', () => {
  const body = () => expect.unreachable()

  it('where it was begun by another queryset, which it says the difference to', async () => {
    await byName().walk(options(), () => {})
    const { companies } = shop.repos
    for (const [difference, queryset] of [
      ['the order differs', companies.orderBy('-name')],
      ['the filter differs', byName().filter({ website: null })],
    ] as const) {
      const walked = queryset.walk(options(), body)
      await expect(walked).rejects.toThrow(PositionError)
      await expect(walked).rejects.toThrow(`The walk "x" cannot go on with this queryset.`)
      await expect(walked).rejects.toThrow(difference)
    }
    await expect(shop.repos.users.walk(options(), body)).rejects.toThrow(/public\.users: the table differs/)
    await shop.run(`UPDATE sluice_walks SET checkpoint = left(checkpoint, -4), completed_at = NULL`)
    await expect(byName().walk(options(), body)).rejects.toThrow(/it was cut or made up/)
  })

  it('inside a transaction, with a store of another database, and without its table', async () => {
    await atomic(shop.db, async (trx) => {
      await expect(byName().using(trx).walk(options(), body)).rejects.toThrow(/inside a transaction/)
      const within = walkStore(trx)
      await expect(byName().walk(options({ store: within }), body)).rejects.toThrow(/store that is in one/)
    })
    await using other = await openShop()
    await expect(byName().walk(options({ store: walkStore(other.db) }), body)).rejects.toThrow(UsageError)
    const missing = walkStore(shop.db, { table: 'none' })
    await expect(byName().walk(options({ store: missing }), body)).rejects.toThrow(
      /no table "public"\."none" for walks: make it by walkStore\(db\)\.create\(\)/,
    )
    await shop.run('ALTER TABLE sluice_walks DROP skipped')
    await expect(store.status('x')).rejects.toThrow(/lacks a column that walks need/)
  })

  it('where the database no longer has a field, or has it of another type', async () => {
    await shop.run('ALTER TABLE companies DROP website')
    await expect(byName().walk(options(), body)).rejects.toThrow(SchemaDriftError)
    expect(await store.list()).toEqual([])
    await shop.run('ALTER TABLE companies ADD website int')
    await expect(byName().walk(options(), body)).rejects.toThrow(SchemaDriftError)
    expect(await store.status('x')).toMatchObject({ rows: 0, state: 'failed' })
  })

  it('with wrong options, and without an order', async () => {
    const wrong = (more: object) => expect(byName().walk({ name: 'x', store, ...more }, body)).rejects
    await wrong({ name: '' }).toThrow(OptionError)
    await wrong({ name: undefined }).toThrow(/The option name of walk\(\) must be a text/)
    await wrong({ store: {} }).toThrow(/as walkStore\(db\) gives it/)
    await wrong({ batch: 3 }).toThrow(/no option "batch"/)
    await wrong({ throttle: {} }).toThrow(/says nothing to give way to/)
    await wrong({ halve: false, onFailedRow: () => {} }).toThrow(/onFailedRow, which goes by halving/)
    const { users } = shop.repos
    const groups = users.values('name').annotate({ n: count() })
    await expect(groups.walk(options(), body)).rejects.toThrow(/Cannot call walk\(\) on groups/)
    expect(await store.list()).toEqual([])
  })
})

it('what was to be done after the commit of a batch and fails ends the walk, with the batch done', async () => {
  const walk = (fails: boolean) =>
    byName().walk(options({ retry: {} }), async (_, { trx }) => {
      await afterCommit(trx, () => {
        if (fails) throw new Error('no mail')
      })
    })
  await expect(walk(true)).rejects.toThrow(TransactionError)
  expect(await store.status('x')).toMatchObject({ state: 'failed', rows: 4 })
  expect(await walk(false)).toMatchObject({ outcome: 'completed', rows: 10 })
})
