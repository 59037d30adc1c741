/** Each sentence of docs/resumable.md on what others write meanwhile. */
import { Client } from 'pg'
import { beforeEach, afterEach, describe, expect, it } from 'vitest'
import { atomic, type Batch } from 'sluice'
import { repositories } from '../../generated/index.js'
import { openShop, type Shop } from '../queryset/shop.js'

let shop: Shop
beforeEach(async () => {
  shop = await openShop(`INSERT INTO companies (name) SELECT 'c' || i FROM generate_series(10, 19) i`)
})
afterEach(() => shop[Symbol.asyncDispose]())

interface Named {
  readonly name: string
}

/** The names that a walk by them visits, while something happens after its first batch. */
async function visited(
  meanwhile: (names: readonly string[]) => Promise<unknown>,
  queryset: { resumable(options: { batchSize: number }): AsyncIterable<Batch<Named>> } = byName(),
): Promise<string> {
  const names: string[] = []
  for await (const { rows } of queryset.resumable({ batchSize: 4 })) {
    names.push(...rows.map(({ name }) => name))
    if (names.length === 4) await meanwhile(names)
  }
  return names.join(' ')
}

const byName = () => shop.repos.companies.orderBy('name')
const ALL = 'c10 c11 c12 c13 c14 c15 c16 c17 c18 c19'

describe('while a walk goes on', () => {
  it('no transaction is open and no connection taken while the loop works', async () => {
    const small = shop.open({ max: 1 })
    const { companies } = repositories(small)
    const open: unknown[] = []
    for await (const { rows } of companies.resumable({ batchSize: 4 })) {
      open.push(await companies.filter({ id: rows[0]?.id ?? 0 }).count())
      await using observer = await connected()
      const { rows: states } = await observer.client.query<{ state: string }>(
        `SELECT state FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL`,
      )
      expect(states).toEqual([])
    }
    expect(open).toEqual([1, 1, 1])
  })

  it('a row that is inserted in front of it is visited, one behind it is not', async () => {
    const insert = () => shop.run(`INSERT INTO companies (name) VALUES ('c105'), ('c145'), ('c99')`)
    expect(await visited(insert)).toBe('c10 c11 c12 c13 c14 c145 c15 c16 c17 c18 c19 c99')
  })

  it('a row that is committed when its place was passed is not, however early its key was taken', async () => {
    await using early = await connected()
    await early.client.query(`BEGIN; INSERT INTO companies (name) VALUES ('early')`)
    await shop.run(`INSERT INTO companies (name) VALUES ('late')`)
    const names: string[] = []
    for await (const { rows } of shop.repos.companies.orderBy('id').resumable({ batchSize: 11 })) {
      names.push(...rows.map(({ name }) => name))
      await early.client.query('COMMIT')
    }
    expect(names.join(' ')).toBe(`${ALL} late`)
    expect(await shop.repos.companies.count()).toBe(12)
  })

  it('an updated row is as it is when its batch is read', async () => {
    const sites: (string | null)[] = []
    for await (const { rows } of byName().resumable({ batchSize: 4 })) {
      sites.push(...rows.map(({ website }) => website))
      await shop.run(`UPDATE companies SET website = ${sites.length}`)
    }
    expect(sites).toEqual([null, null, null, null, '4', '4', '4', '4', '8', '8'])
  })

  it('a row whose place in the order changes is visited twice if it moves on, and never if it moves back', async () => {
    const move = (from: string, to: string) =>
      shop.run(`UPDATE companies SET name = '${to}' WHERE name = '${from}'`)
    expect(await visited(() => move('c11', 'c155'))).toBe('c10 c11 c12 c13 c14 c15 c155 c16 c17 c18 c19')
    await move('c155', 'c11')
    expect(await visited(() => move('c18', 'c00'))).toBe('c10 c11 c12 c13 c14 c15 c16 c17 c19')
  })

  it('only what meets the filter when its batch is read is visited', async () => {
    await shop.run(`UPDATE companies SET website = 'x' WHERE name < 'c17'`)
    const change = () =>
      shop.run(`UPDATE companies SET website = CASE name WHEN 'c15' THEN NULL ELSE 'x' END
                WHERE name IN ('c11', 'c15', 'c18')`)
    expect(await visited(change, byName().filter({ website: 'x' }))).toBe('c10 c11 c12 c13 c14 c16 c18')
  })

  it('a deleted row is not visited, and that of the checkpoint is not needed', async () => {
    expect(await visited(() => shop.run(`DELETE FROM companies WHERE name IN ('c13', 'c15')`))).toBe(
      'c10 c11 c12 c13 c14 c16 c17 c18 c19',
    )
  })

  it('what the loop writes is in the batches that follow', async () => {
    const { companies } = shop.repos
    const write = async () => {
      await companies.filter({ name: 'c16' }).delete()
      await companies.create({ name: 'c165' })
    }
    expect(await visited(write)).toBe('c10 c11 c12 c13 c14 c15 c165 c17 c18 c19')
  })

  it('related rows are of the moment after their batch, each relation of its own', async () => {
    await shop.run(`INSERT INTO users (email, name, company_id) SELECT name || '@x', name, id FROM companies`)
    const counts: number[] = []
    for await (const { rows } of byName().prefetchRelated('users').resumable({ batchSize: 4 })) {
      counts.push(...rows.map(({ users }) => users.length))
      await shop.run(`DELETE FROM users WHERE name IN ('c11', 'c15')`)
    }
    expect(counts).toEqual([1, 1, 1, 1, 1, 0, 1, 1, 1, 1])
  })

  it('a batch that is not full ends it; what comes behind it later is for the next', async () => {
    const names: string[] = []
    let checkpoint: string | undefined
    const walk = async () => {
      for await (const batch of byName().resumable({ batchSize: 6, after: checkpoint })) {
        names.push(...batch.rows.map(({ name }) => name))
        ;({ checkpoint } = batch)
        if (names.length === 10) await shop.run(`INSERT INTO companies (name) VALUES ('c20')`)
      }
    }
    await walk()
    expect(names.join(' ')).toBe(ALL)
    await walk()
    expect(names.join(' ')).toBe(`${ALL} c20`)
  })

  it('a repeatable read transaction has all of its batches of one moment', async () => {
    const change = () =>
      shop.run(`DELETE FROM companies WHERE name = 'c15'; INSERT INTO companies (name) VALUES ('c165')`)
    await atomic(
      shop.db,
      async (trx) => {
        expect(await visited(change, byName().using(trx))).toBe(ALL)
      },
      { isolationLevel: 'repeatable read' },
    )
  })
})

describe('a signal', () => {
  it('ends the walk with its reason, before a batch and within its query', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const names: string[] = []
    const walk = async () => {
      for await (const { rows } of byName().resumable({ batchSize: 4, signal })) {
        names.push(...rows.map(({ name }) => name))
        controller.abort(new Error('enough'))
      }
    }
    await expect(walk()).rejects.toThrow('enough')
    expect(names).toHaveLength(4)

    await using other = await connected()
    await other.client.query('BEGIN; LOCK TABLE companies')
    const within = AbortSignal.timeout(50)
    await expect(byName().resumable({ signal: within }).next()).rejects.toThrow(/timeout/)
  })
})

async function connected(): Promise<{ client: Client } & AsyncDisposable> {
  const client = new Client(shop.database.url)
  await client.connect()
  return { client, [Symbol.asyncDispose]: () => client.end() }
}
