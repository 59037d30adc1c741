import { expect, it } from 'vitest'
import { raisesEachPriceOnce } from './prices-raised.js'

it.runIf(process.platform !== 'win32')(
  'jobs of pg-boss raise each price once, by workers of which one is killed, one thought dead, and one drained by a deploy',
  ({ signal }) =>
    raisesEachPriceOnce({}, signal, async (shop) => {
      const states = await shop.sql(`SELECT DISTINCT state::text FROM pgboss.job WHERE name = 'raise-prices'`)
      expect(states).toEqual([{ state: 'completed' }])
    }),
)
