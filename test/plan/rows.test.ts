import { afterAll, beforeAll, expect, it } from 'vitest'
import { bindingOf } from '../../src/kysely/handle.js'
import { unplanned } from '../../src/plan/plan.js'
import { rowsPlan } from '../../src/plan/reads.js'
import { prefetch } from '../../src/prefetch/prefetch.js'
import { readAll } from '../../src/queryset/read.js'
import { rows } from '../../src/queryset/run.js'
import { Random } from '../queryset/random.js'
import { openShop, type Shop } from '../queryset/shop.js'
import { randomState } from './random-states.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(`
    INSERT INTO companies (name) VALUES ('a'), ('b');
    INSERT INTO users (email, name, company_id, tags, birth_date)
      SELECT n || '@example.com', (ARRAY['a', 'b', '%'])[1 + n % 3], (ARRAY[1, 2, NULL])[1 + n % 3],
             (ARRAY['{a}', '{}', '{a,b}'])[1 + n % 3]::text[], CASE WHEN n % 2 = 0 THEN date '2000-01-01' END
      FROM generate_series(1, 40) AS n;
    INSERT INTO posts (author_id, title, slug, body) SELECT 1 + n % 20, (ARRAY['a', 'b'])[1 + n % 2], n, '' FROM generate_series(1, 60) AS n`)
})
afterAll(() => shop[Symbol.asyncDispose]())

const failed = (error: unknown) => ({ refused: String(error) })

it('rows are the same by a plan and by a statement that is made anew', async () => {
  const sources = { forms: new Random(11), values: new Random(12) }
  let found = 0
  for (let turn = 0; turn < 150; turn++) {
    const state = randomState(sources)
    if (state.lock !== undefined || state.none) continue
    const binding = bindingOf(shop.db)
    const anew = async () => {
      const { query, made } = unplanned(rowsPlan, state)
      const { reader } = made
      const hasMore = state.selection.prefetches.length > 0
      return readAll(binding, {
        state,
        query,
        reader,
        ...(hasMore && { prefetch: (parents, budget) => prefetch(state, parents, budget) }),
      })
    }
    const planned = await Promise.resolve()
      .then(() => rows(binding, state))
      .catch(failed)
    const wanted = await anew().catch(failed)
    if (state.order.length > 0 || !Array.isArray(planned) || !Array.isArray(wanted))
      expect(planned).toEqual(wanted)
    else expect(planned.map(text).sort()).toEqual(wanted.map(text).sort())
    if (Array.isArray(planned)) found += planned.length
  }
  expect(found).toBeGreaterThan(300)
})

/** Rows without an order come in any. */
function text(row: unknown): string {
  return JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}
