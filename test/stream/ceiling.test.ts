import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { sql, type Kysely } from 'kysely'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, OptionError, SluiceDialect } from 'sluice'
import { tableOf } from '../faults/tables.js'
import { bundle, WORKER, type Bundle } from '../support/bundle.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'
import { isLong } from '../support/long.js'

const MIB = 1024 * 1024
type Form = 'aiterator' | 'iterator'
const FORMS: readonly Form[] = isLong ? ['aiterator', 'iterator'] : ['aiterator']
const READER = 'test/stream/reader.ts'

interface Reading {
  readonly rows: number
  readonly related: number
  readonly grown: number
  readonly held: number
}

let database: TestDatabase
let programs: Bundle

beforeAll(async () => {
  programs = await bundle(READER, WORKER)
  database = await createTestDatabase()
  const client = new Client(database.url)
  await client.connect()
  await client.query(`
    create view growing as
    select n as id, case when n <= 4000 then 'x' else repeat(md5(n::text), 12500) end as body
    from generate_series(1, 5000) n;
    create view huge as select n as id, repeat(repeat('x', ${MIB}), 40) as body from generate_series(1, 8) n;
    create view bursts as
    select n as id, repeat('x', case when n % 1000 > 900 then 100000 else 1 end) as body from generate_series(1, 4000) n;
    create table parents (id int4 primary key);
    insert into parents select generate_series(1, 2000);
    create table children (id int4 primary key, parent_id int4 not null, body text not null);
    insert into children select n, n % 2000 + 1, 'child ' || n from generate_series(1, 1000000) n;
    create index on children (parent_id);
    create function leader() returns int4 language plpgsql parallel safe as
      $$begin return (select case when backend_type = 'parallel worker' then 1 else 0 end from pg_stat_activity
        where pid = pg_backend_pid()); end$$;
    create view workers as select leader() as id, ''::text as body;
    create view many as select n as id, 'row ' || n as body from generate_series(1, 400000) n;
    analyze`)
  await client.end()
})
afterAll(async () => {
  await database.drop()
  await programs[Symbol.asyncDispose]()
})

/** Reads in a process of its own, with the young generation of Node 20: newer ones let it grow to several times of that. */
async function read(name: string, form: Form, options: object = {}, heapMB = 4096): Promise<Reading> {
  const flags = ['--max-semi-space-size=16', `--max-old-space-size=${heapMB}`]
  const args = [...flags, programs.path(READER), database.url, name, form, JSON.stringify(options)]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return JSON.parse(stdout) as Reading
}

// What a process grows by is more than what its stream holds: garbage that is not collected yet, and rows beside the bytes
// that they came in. Without a ceiling these take 400 MB and more.
describe.skipIf(process.platform !== 'linux').each(FORMS)('memory of %s', (form) => {
  it('is bounded when rows grow by the thousand in the middle', async () => {
    for (const options of [{}, { chunkSize: 2000 }]) {
      const { rows, grown } = await read('growing', form, options)
      expect(rows).toBe(5000)
      expect(grown).toBeLessThan(300 * MIB)
    }
  })

  it('is that of a few rows when each is larger than all of it', async () => {
    const { rows, grown } = await read('huge', form)
    expect(rows).toBe(8)
    // On the worker's side and on ours one is put together, and another read.
    expect(grown).toBeLessThan((form === 'iterator' ? 450 : 300) * MIB)
  })

  it('is less when less is asked for', async () => {
    const { rows, grown } = await read('bursts', form, { chunkSize: 1000, maxBytes: 2 * MIB })
    expect(rows).toBe(4000)
    expect(grown).toBeLessThan(150 * MIB)
  })

  it('is bounded when there are many children, whose rows come once', async () => {
    for (const options of [{}, { chunkSize: 2000 }]) {
      // Neither the children of one chunk nor those handed out before would fit into this heap, which says more than what
      // the process grows by: that depends on how soon a version of Node collects.
      const { rows, related } = await read('parents', form, { ...options, maxBytes: 4 * MIB }, 64)
      expect([rows, related]).toEqual([2000, 1_000_000])
    }
  })
})

describe.skipIf(process.platform !== 'linux')('the event loop', () => {
  it.each([
    ['rows that the loop takes without a pause', 'many', { chunkSize: 200_000 }, 0.15],
    ['rows of many children', 'parents', {}, 0.08],
    ['large rows', 'growing', {}, 0.08],
  ])('turns between %s', async (_, name, options, most) => {
    const { held } = await read(name, 'aiterator', options)
    // A fifth of all it took, where a chunk is decoded or put together in one go; what is left is mostly the collector.
    expect(held).toBeLessThan(most)
  })
})

describe('rows that wait while the server is made to', () => {
  it.each([
    ['read to their end by the loop', Infinity, 500],
    ['left in the middle', 100, 100],
  ])('are %s', async (_, most, expected) => {
    const db = connect<object>({ connectionString: database.url, max: 1, maxBytes: MIB })
    let rows = 0
    for await (const { n } of stream(db)) {
      expect(n).toBe(++rows)
      if (rows === most) break
      // Longer than it takes until the socket is not read any more.
      if (rows % 100 === 1) await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect(rows).toBe(expected)
    expect((await sql`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }])
    await db.close()
  })

  it('do not keep another query of the transaction from running in the loop', async () => {
    const db = connect<object>({ connectionString: database.url, max: 1, maxBytes: MIB })
    await db.transaction().execute(async (trx) => {
      let rows = 0
      for await (const { id } of tableOf<{ id: number; body: string }>(trx, 'bursts', {
        ...{ id: 'int4', body: 'text' },
      }).aiterator({ chunkSize: 4000 })) {
        expect(id).toBe(++rows)
        if (rows % 500 !== 1) continue
        await new Promise((resolve) => setTimeout(resolve, 20))
        const { rows: found } = await sql`select ${id}::int4 as id`.execute(trx)
        expect(found).toEqual([{ id }])
      }
      expect(rows).toBe(4000)
    })
    await db.close()
  })

  it('do not count as a slow fetch', async () => {
    const db = connect<object>({
      ...{ connectionString: database.url, max: 1, maxBytes: MIB, fetchTimeoutMs: 2000 },
    })
    let rows = 0
    for await (const _ of stream(db))
      if (++rows === 5) await new Promise((resolve) => setTimeout(resolve, 2500))
    expect(rows).toBe(500)
    await db.close()
  })

  /** All in one fetch. */
  function stream(db: Kysely<object>) {
    const rows = sql<{ n: number }>`(select n, repeat('x', 100000) as body from generate_series(1, 500) n)`
    return db.selectFrom(rows.as('rows')).selectAll().stream(1000)
  }
})

describe('chunkSize: Infinity', () => {
  const workers = sql`
    set local min_parallel_table_scan_size = 0; set local parallel_setup_cost = 0; set local parallel_tuple_cost = 0;
    set local debug_parallel_query = on`
  const table = (handle: Parameters<typeof tableOf>[0], name: string) =>
    tableOf<{ id: number; body: string }>(handle, name, { id: 'int4', body: 'text' })

  it('gives all rows, within the ceiling', async () => {
    const { rows, grown } = await read('growing', 'aiterator', { chunkSize: 'Infinity' })
    expect(rows).toBe(5000)
    expect(grown).toBeLessThan(300 * MIB)
  })

  it.each(FORMS)('gives all rows, and frees its connection when it is left, by %s', async (form) => {
    const db = connect<object>({ connectionString: database.url, max: 1, maxBytes: MIB })
    for (const [most, expected] of [
      [Infinity, 4000],
      [150, 150],
    ]) {
      let rows = 0
      for await (const { id } of table(db, 'bursts')[form]({ chunkSize: Infinity })) {
        expect(id).toBe(++rows)
        if (rows === most) break
      }
      expect(rows).toBe(expected)
    }
    expect((await sql`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }])
    await db.close()
  })

  it.each([
    [Infinity, true],
    [2000, false],
  ])('has parallel workers: %s', async (chunkSize, isParallel) => {
    const db = connect<object>({ connectionString: database.url, max: 1 })
    await db.transaction().execute(async (trx) => {
      await workers.execute(trx)
      let rows = 0
      const seen = new Set<boolean>()
      for await (const { id } of table(trx, 'workers').aiterator({ chunkSize })) {
        rows++
        seen.add(id === 1)
      }
      expect(rows).toBe(1)
      expect([...seen]).toEqual([isParallel])
    })
    await db.close()
  })
})

describe('maxBytes', () => {
  it.each([0, -1, 1.5, NaN, '10', 2 ** 31, null])('%s is refused', (maxBytes) => {
    const settings = { connectionString: database.url, maxBytes } as object
    expect(() => connect(settings)).toThrow(OptionError)
    expect(() => new SluiceDialect(settings as never)).toThrow('maxBytes must be a whole number')
  })
})
