import { expect } from 'vitest'
import { walkStore } from 'sluice'
import { bundle, WORKER } from '../../support/bundle.js'
import { openShop, type Shop } from '../../support/shop.js'
import { Program, until } from './program.js'

const MAIN = 'examples/scale-out/main.ts'
const ACTIVE = 4_800
const PARTS = 6
const BATCH = 50

/**
 * Has workers raise each price once, of which one is killed, one thought dead, and one drained by a deploy.
 *
 * @param settings say which queue.
 * @param check looks at the queue in the end.
 */
export async function raisesEachPriceOnce(
  settings: NodeJS.ProcessEnv,
  signal: AbortSignal,
  check: (shop: Shop) => Promise<void>,
): Promise<void> {
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
  const start = (...args: string[]) => new Program(programs.path(MAIN), shop, settings, args)
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
  await check(shop)
}
