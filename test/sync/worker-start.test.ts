import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openShop, type Shop } from '../support/shop.js'

// In all other tests it starts from one build.
vi.mock('../support/launch.js', () => import('../../src/worker/launch.js'))

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))

let shop: Shop
beforeAll(async () => {
  shop = await openShop({ users: 1050 })
})
afterAll(() => shop[Symbol.asyncDispose]())

// That it starts from the build, as an installed package has it, is tested with the package.
describe('the worker of iterator()', () => {
  it('starts from source under vitest', () => {
    expect([...shop.users.iterator({ batchYieldSize: 100 })]).toHaveLength(11)
  })

  it('starts from source under tsx', async () => {
    const script = fileURLToPath(new URL('./count-users.ts', import.meta.url))
    const { stdout } = await run(process.execPath, ['--import', 'tsx', script, shop.database.url], {
      cwd: root,
    })
    expect(stdout).toBe('11 batches, 1050 rows\n')
  })
})
