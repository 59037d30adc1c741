import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { openShop } from '../support/shop.js'

const root = fileURLToPath(new URL('../../', import.meta.url))

it('a suite of one’s own runs each test in a transaction that is rolled back, and leaves nothing behind', async () => {
  await using shop = await openShop()
  const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))
  const child = spawn(
    process.execPath,
    [vitest, 'run', '--config', 'test/examples/own-suite.config.ts', '--reporter', 'json'],
    {
      cwd: root,
      env: { ...process.env, DATABASE_URL: shop.database.url },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')])
  const { numPassedTests, numTotalTests } = JSON.parse(output) as Record<string, number>
  expect({ numPassedTests, numTotalTests }).toEqual({ numPassedTests: 4, numTotalTests: 4 })
  expect(await shop.orders.count()).toBe(0)
  expect(await shop.users.count()).toBe(0)
})
