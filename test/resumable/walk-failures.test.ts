import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { IntegrityError, WalkError, walkStore, type WalkEvent, type WalkStore } from 'sluice'
import { repositories, type Company } from '../../generated/index.js'
import { openShop, type Shop } from '../queryset/shop.js'
import { printed } from '../secrets/printed.js'

let shop: Shop
let store: WalkStore
beforeEach(async () => {
  shop = await openShop(`INSERT INTO companies (name) SELECT 'c' || i FROM generate_series(10, 49) i`)
  store = walkStore(shop.db)
  await store.create()
})
afterEach(() => shop[Symbol.asyncDispose]())

const byName = () => shop.repos.companies.orderBy('name')
const names = (rows: readonly Company[]) => rows.map(({ name }) => name)

/** Options, and what events have told. */
function heard(more: object) {
  const events: WalkEvent[] = []
  const onEvent = (event: WalkEvent) => void events.push(event)
  return {
    events,
    types: () => events.map(({ type }) => type).join(' '),
    options: { name: 'x', store, batchSize: 10, onEvent, ...more },
  }
}

describe('a batch that fails', () => {
  it('is not run again unasked, and its error is thrown as it is', async () => {
    const error = new Error('no')
    let calls = 0
    const { options, types } = heard({})
    const walked = byName().walk(options, () => {
      calls++
      throw error
    })
    expect(await walked.catch((thrown: unknown) => thrown)).toBe(error)
    expect(calls).toBe(1)
    expect(types()).toBe('started failed')
  })

  it('is run again as often as is asked for, with what it did undone', async () => {
    let calls = 0
    const { options, types } = heard({ retry: { attempts: 3, delayMs: 1 } })
    await byName().walk(options, async (rows, { trx }) => {
      const { categories } = repositories(trx)
      for (const name of names(rows)) await categories.create({ name, slug: name })
      // Twice in each of the first two batches.
      if (++calls <= 6 && calls % 3 > 0) throw new Error('no')
    })
    expect(await shop.repos.categories.count()).toBe(40)
    expect(types()).toBe('started retried retried batch retried retried batch batch batch completed')
    await store.forget('x')
    const again = heard({ retry: { attempts: 2, delayMs: 1 } })
    await expect(byName().walk(again.options, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(again.types()).toBe('started retried failed')
  })

  it('is not run again when the signal comes in the pause', async () => {
    const signal = AbortSignal.timeout(50)
    const { options } = heard({ signal, retry: { attempts: 3, delayMs: 60_000, maxDelayMs: 60_000 } })
    const walked = await byName().walk(options, () => Promise.reject(new Error('no')))
    expect(walked).toMatchObject({ outcome: 'interrupted', rows: 0 })
  })

  it('has a swallowed failure of a statement found out', async () => {
    const { options } = heard({})
    const walked = byName().walk(options, async ([first], { trx }) => {
      const { companies } = repositories(trx)
      await companies.create({ name: first?.name ?? '' }).catch(() => {})
    })
    await expect(walked).rejects.toMatchObject({ code: 'TRANSACTION_ABORTED' })
    expect(await store.status('x')).toMatchObject({ rows: 0, state: 'failed' })
  })
})

describe('with halve: true', () => {
  it('the row is found that the function fails on, and what comes before it is done', async () => {
    const { options, types } = heard({ halve: true })
    const done: string[] = []
    const walk = (isMended: boolean) =>
      byName().walk(options, (rows) => {
        if (!isMended && names(rows).includes('c26')) throw new Error('cannot do that row')
        done.push(...names(rows))
      })
    const error = await walk(false).catch((thrown: unknown) => thrown as WalkError)
    expect(error).toBeInstanceOf(WalkError)
    expect(error).toMatchObject({ code: 'WALK_FAILED', cause: new Error('cannot do that row') })
    expect((error as WalkError).row).toMatchObject({ name: 'c26' })
    // No log shows the row.
    expect(printed(error)).not.toContain('c26')
    expect(done.at(-1)).toBe('c25')
    expect(types()).toBe('started batch halved batch halved halved batch failed')
    expect(await store.status('x')).toMatchObject({ rows: 16, state: 'failed' })
    await walk(true)
    expect(done).toHaveLength(40)
    expect(new Set(done).size).toBe(40)
  })

  it('onFailedRow decides about it in its transaction, and it is counted', async () => {
    const done: string[] = []
    const bad = new Set(['c10', 'c13', 'c14', 'c29', 'c49'])
    const { options, events } = heard({
      onFailedRow: async (
        row: Company,
        { trx, error }: { trx: Parameters<typeof repositories>[0]; error: Error },
      ) => {
        await repositories(trx).categories.create({ name: row.name, slug: `${error.message} ${row.name}` })
      },
    })
    const result = await byName().walk(options, (rows) => {
      const failed = names(rows).find((name) => bad.has(name))
      if (failed !== undefined) throw new Error('bad')
      done.push(...names(rows))
    })
    expect(result).toMatchObject({ outcome: 'completed', rows: 40, skipped: 5 })
    expect(done).toHaveLength(35)
    const left = await shop.repos.categories.orderBy('name').valuesList('slug', { flat: true }).toArray()
    expect(left).toEqual([...bad].map((name) => `bad ${name}`))
    const skipped = events.filter(({ type }) => type === 'skipped')
    expect(skipped.map(({ error }) => (error as Error).message)).toEqual(Array.from(bad, () => 'bad'))
    expect(await store.status('x')).toMatchObject({ skipped: 5, rows: 40, state: 'completed' })
  })

  it('what onFailedRow throws ends the walk, and leaves out nothing', async () => {
    const { options } = heard({ onFailedRow: () => Promise.reject(new Error('not even that')) })
    const walked = byName().walk(options, () => Promise.reject(new Error('bad')))
    await expect(walked).rejects.toThrow('not even that')
    expect(await store.status('x')).toMatchObject({ skipped: 0, rows: 0, state: 'failed' })
  })

  it('a constraint of the database finds its row as well', async () => {
    await shop.run(`INSERT INTO categories (name, slug) VALUES ('c37', 'c37')`)
    const { options } = heard({ halve: true })
    const walked = byName().walk(options, async (rows, { trx }) => {
      await repositories(trx).categories.bulkCreate(names(rows).map((name) => ({ name, slug: name })))
    })
    await expect(walked).rejects.toMatchObject({ code: 'WALK_FAILED', row: { name: 'c37' } })
    expect((await walked.catch((error: Error) => error.cause)) instanceof IntegrityError).toBe(true)
    expect(await shop.repos.categories.count()).toBe(28)
  })

  it('no row is to blame for a connection that is lost', async () => {
    const skipped: string[] = []
    let calls = 0
    const { options, types } = heard({
      retry: { attempts: 5, delayMs: 1 },
      onFailedRow: (row: Company) => void skipped.push(row.name),
    })
    const seen: string[] = []
    await byName().walk(options, async (rows, { trx }) => {
      const { categories } = repositories(trx)
      await categories.bulkCreate(names(rows).map((name) => ({ name, slug: name })))
      if (++calls === 2) await endWalker()
      await categories.count()
      seen.push(...names(rows))
    })
    expect(skipped).toEqual([])
    expect(types()).toBe('started batch retried batch batch batch completed')
    expect(await shop.repos.categories.count()).toBe(40)
    expect(seen).toHaveLength(40)
    await store.forget('x')
    await shop.run('DELETE FROM categories')
    const once = heard({ onFailedRow: (row: Company) => void skipped.push(row.name) })
    const walked = byName().walk(once.options, async (_, { trx }) => {
      await endWalker()
      await repositories(trx).categories.count()
    })
    await expect(walked).rejects.toMatchObject({ code: 'QUERY_FAILED' })
    expect(skipped).toEqual([])
  })
})

/** Ends the session that has a transaction open. */
async function endWalker(): Promise<void> {
  const client = new Client(shop.database.url)
  await client.connect()
  try {
    await client.query(`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL`)
  } finally {
    await client.end()
  }
}
