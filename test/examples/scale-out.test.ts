import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { walkStore } from 'sluice'
import { bundle, WORKER } from '../support/bundle.js'
import { openShop, type Shop } from '../support/shop.js'

const MAIN = 'examples/scale-out/main.ts'
const ACTIVE = 4_800
const PARTS = 6
const BATCH = 50

/** The example, as a process of its own. */
class Program {
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown[]>
  readonly #shop: Shop
  readonly #name = `program ${randomUUID()}`
  output = ''

  constructor(program: string, shop: Shop, ...args: string[]) {
    this.#shop = shop
    const env = { ...process.env, DATABASE_URL: shop.database.url, PGAPPNAME: this.#name }
    this.#child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#ended = once(this.#child, 'close')
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()))
  }

  /** The walk that it is in the midst of a batch of: not the first ones, and that with time left. */
  async inBatch(signal: AbortSignal): Promise<string> {
    await until(async () => {
      if (this.#child.exitCode !== null) throw new Error(`A worker has ended:\n${this.output}`)
      if ((this.output.match(/ batch: /g) ?? []).length < 2) return false
      const [working] = await this.#shop.sql(
        `SELECT FROM pg_stat_activity WHERE application_name = $1 AND wait_event = 'PgSleep'
           AND clock_timestamp() - query_start < interval '100 ms'`,
        [this.#name],
      )
      return working !== undefined
    }, signal)
    return this.output.trimEnd().split('\n').at(-1)?.split(' ')[0] ?? ''
  }

  send(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async ended(): Promise<{ code: unknown; signal: unknown; output: string }> {
    const [code, signal] = await this.#ended
    return { code, signal, output: this.output }
  }

  /** For a test that has failed before. */
  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL')
  }
}

/** Until the test has taken too long, which is told by the signal, so that no process outlives it. */
async function until(isSo: () => boolean | Promise<boolean>, signal: AbortSignal): Promise<void> {
  while (!(await isSo())) await sleep(20, undefined, { signal })
}

it.runIf(process.platform !== 'win32')(
  'raises each price once, by workers of which one is killed, one thought dead, and one drained by a deploy',
  async ({ signal }) => {
    await using programs = await bundle(MAIN, WORKER)
    await using shop = await openShop()
    await shop.sql(`
      INSERT INTO companies (name) VALUES ('Supplier');
      INSERT INTO products (supplier_id, sku, name, status, price)
        SELECT (SELECT id FROM companies), 'sku' || i, 'Product ' || i, CASE WHEN i % 7 = 0 THEN 'draft' ELSE 'active' END
          ::product_status, 100 FROM generate_series(1, ${(ACTIVE / 6) * 7}) i;
      -- Work that takes its time.
      CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.2); RETURN NULL; END';
      CREATE TRIGGER take_time AFTER UPDATE ON products FOR EACH STATEMENT EXECUTE FUNCTION take_time()`)
    const start = (...args: string[]) => new Program(programs.path(MAIN), shop, ...args)
    const store = walkStore(shop.db)

    expect(await start('plan', String(PARTS)).ended()).toMatchObject({
      code: 0,
      output: '6 jobs are sent.\n',
    })
    const again = 'It was planned before, as 6 jobs.\n'
    expect(await start('plan', '9').ended()).toMatchObject({ code: 0, output: again })

    using killed = start('work', String(BATCH))
    using paused = start('work', String(BATCH))
    using drained = start('work', String(BATCH))
    const first = await killed.inBatch(signal)
    killed.send('SIGKILL')
    const second = await paused.inBatch(signal)
    paused.send('SIGSTOP')
    const third = await drained.inBatch(signal)
    drained.send('SIGTERM')
    expect(new Set([first, second, third]).size).toBe(3)
    expect(await killed.ended()).toMatchObject({ code: null, signal: 'SIGKILL' })
    // What is under way is done and saved, and nobody has to wait for a lease or a heartbeat.
    expect(await drained.ended()).toMatchObject({ code: 0, signal: null })
    const told = Number(/.* batch: (\d+) rows/s.exec(drained.output)?.[1])
    expect(await store.status(third)).toMatchObject({ state: 'stopped', rows: told, failure: null })
    expect(drained.output).toContain(`${third} given back: a deploy`)

    using next = start('work', String(BATCH))
    using other = start('work', String(BATCH))
    const completed = async () => (await store.list()).filter(({ state }) => state === 'completed').length
    await until(async () => (await completed()) === PARTS, signal)
    // It wakes, with a batch in its hands that others have done.
    paused.send('SIGCONT')
    await until(() => paused.output.includes(`${second} given back: `), signal)
    for (const worker of [paused, next, other]) worker.send('SIGTERM')
    for (const worker of [paused, next, other]) expect(await worker.ended()).toMatchObject({ code: 0 })

    for (const walk of [first, second, third])
      expect(next.output + other.output).toMatch(new RegExp(`^${walk} resumed: `, 'm'))
    expect(
      await shop.sql(`SELECT status, price, count(*)::int FROM products GROUP BY 1, 2 ORDER BY 1`),
    ).toEqual([
      { status: 'draft', price: '100.00', count: ACTIVE / 6 },
      { status: 'active', price: '105.00', count: ACTIVE },
    ])
    // Each batch is one transaction, and each transaction one of the store's batches.
    const walks = await store.list()
    const [{ batches } = { batches: 0 }] = await shop.sql<{ batches: number }>(
      `SELECT count(DISTINCT xmin::text)::int AS batches FROM products WHERE status = 'active'`,
    )
    expect(walks.reduce((sum, walk) => sum + walk.batches, 0)).toBe(batches)
    expect(walks.reduce((sum, walk) => sum + walk.rows, 0)).toBe(ACTIVE)
    expect(await shop.sql(`SELECT DISTINCT state::text FROM pgboss.job WHERE name = 'raise-prices'`)).toEqual(
      [{ state: 'completed' }],
    )
  },
)
