import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import pg from 'pg'
import { connect, walkStore, type WalkEvent } from '../../src/index.js'
import { Random } from '../queryset/random.js'
import { bundle, WORKER } from '../support/bundle.js'
import { copy, objects, Source } from './killed-tables.js'

const WALKER = 'test/resumable/walker.ts'

export interface KilledWalk {
  readonly url: string
  readonly rows: number
  readonly kills: number
  readonly batchSize: number
  /** Of the moments at which walkers are killed. */
  readonly seed: number
}

/** What has come of it. */
export interface KilledWalkReport {
  readonly kills: number
  /** Rows in the table that the walk wrote, how many of them are different ones, and the sum of their keys. */
  readonly written: { readonly count: number; readonly distinct: number; readonly sum: number }
  /** What the store says of the rows. */
  readonly told: number
  /** Rows a second while a walker walked: without its start, and the wait for the lease of the one before. */
  readonly rowsPerSecond: number
  /** Transactions that were seen when the batch after their next was done, and the oldest of all. */
  readonly outlived: number
  readonly oldestMs: number
}

/** Walks in a process that is killed again and again, each time by another one that goes on. */
export async function killedWalk(walk: KilledWalk): Promise<KilledWalkReport> {
  const { url, rows, kills, batchSize, seed } = walk
  const random = new Random(seed)
  await using programs = await bundle(WALKER, WORKER)
  const client = new pg.Client(url)
  await client.connect()
  await client.query(objects(rows))
  const db = connect<object>({ connectionString: url })
  const store = walkStore(db)
  await store.create()
  const watch = new Watch(url)
  try {
    await watch.start()
    // Never behind the last batch, where nobody would be left to be killed.
    const most = Math.max(1, rows - 3 * batchSize)
    const moments = Array.from({ length: kills }, () => random.below(most)).sort((a, b) => a - b)
    let walkedMs = 0
    for (const moment of [...moments, Infinity])
      walkedMs += await run(programs.path(WALKER), [url, String(batchSize), '1000'], moment, random)
    const { oldestMs, outlived } = await watch.stop()
    const { rows: found } = await client.query<Record<'count' | 'distinct' | 'sum', string>>(
      'SELECT count(*), count(DISTINCT id) AS distinct, sum(id) FROM done',
    )
    const [{ count, distinct, sum }] = found as [Record<'count' | 'distinct' | 'sum', string>]
    const told = (await store.status('copy'))?.rows ?? 0
    return {
      ...{ kills, told, oldestMs, outlived },
      written: { count: Number(count), distinct: Number(distinct), sum: Number(sum) },
      rowsPerSecond: Math.round((rows / walkedMs) * 1000),
    }
  } finally {
    await watch.stop()
    await db.close()
    await client.end()
  }
}

/** The rate of one stream that does the same work. */
export async function streamRate({ url, rows, batchSize }: KilledWalk): Promise<number> {
  const db = connect<object>({ connectionString: url })
  try {
    await sql`TRUNCATE done`.execute(db)
    const from = performance.now()
    for await (const batch of new Source(db).orderBy('id').aiterator({ batchYieldSize: batchSize }))
      await copy(batch, db)
    return Math.round((rows / (performance.now() - from)) * 1000)
  } finally {
    await db.close()
  }
}

/**
 * A process that walks, killed once so many rows are done and a moment has passed.
 *
 * @returns how long it has walked, in milliseconds.
 */
async function run(program: string, args: string[], moment: number, random: Random): Promise<number> {
  const child = fork(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>
  let walkedMs = 0
  let isKilled = false
  child.on('message', (event: Pick<WalkEvent, 'type' | 'rows' | 'elapsedMs'>) => {
    walkedMs = event.elapsedMs
    if (isKilled || event.rows < moment) return
    isKilled = true
    void sleep(random.below(20)).then(() => child.kill('SIGKILL'))
  })
  const [code, signal] = await ended
  if (signal !== 'SIGKILL' && code !== 0)
    throw new Error(`A walker has ended by ${signal ?? `the code ${code}`}.`)
  if (signal === null && isKilled) throw new Error('A walker was done before it was killed.')
  return walkedMs
}

/** Looks for transactions that last longer than their batch. */
class Watch {
  readonly #client: pg.Client
  /** By session and start: how many batches were done when it was first seen. */
  readonly #seen = new Map<string, number>()
  readonly #outlived = new Set<string>()
  #oldestMs = 0
  #looking: Promise<void> | undefined
  #isOver = false

  constructor(url: string) {
    this.#client = new pg.Client(url)
  }

  async start(): Promise<void> {
    await this.#client.connect()
    this.#looking = this.#look()
  }

  async stop(): Promise<{ outlived: number; oldestMs: number }> {
    if (!this.#isOver) {
      this.#isOver = true
      await this.#looking
      await this.#client.end()
    }
    return { outlived: this.#outlived.size, oldestMs: Math.round(this.#oldestMs) }
  }

  async #look(): Promise<void> {
    for (; !this.#isOver; await sleep(10)) {
      // The batches are counted before the sessions are looked at.
      const { rows: done } = await this.#client.query<{ batches: string }>(
        `SELECT batches FROM sluice_walks WHERE name = 'copy'`,
      )
      const batches = Number(done[0]?.batches ?? 0)
      const { rows } = await this.#client.query<{ id: string; age: string }>(
        `SELECT pid || ' ' || xact_start AS id, extract(epoch FROM clock_timestamp() - xact_start) * 1000 AS age
         FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
           AND backend_type = 'client backend' AND xact_start IS NOT NULL`,
      )
      for (const { id, age } of rows) {
        this.#oldestMs = Math.max(this.#oldestMs, Number(age))
        const since = this.#seen.get(id) ?? batches
        this.#seen.set(id, since)
        if (batches > since + 1) this.#outlived.add(id)
      }
    }
  }
}
