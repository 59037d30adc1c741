import { Queue } from 'bullmq'
import { expect, it } from 'vitest'
import { raisesEachPriceOnce } from './prices-raised.js'
import { hasRedis, startRedis } from './redis.js'

it.runIf(hasRedis())(
  'jobs of BullMQ raise each price once, by workers of which one is killed, one thought dead, and one drained by a deploy',
  async ({ signal }) => {
    await using redis = await startRedis()
    await raisesEachPriceOnce({ REDIS_URL: redis.url }, signal, async () => {
      const jobs = new Queue('raise-prices', { connection: { url: redis.url } })
      const { completed, ...others } = await jobs.getJobCounts()
      await jobs.close()
      expect(completed).toBe(6)
      expect(Object.values(others).every((each) => each === 0)).toBe(true)
    })
  },
)
