import { statSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleSluice } from '../codegen/cli-support.js'
import type { Bundle } from '../support/bundle.js'
import { Workshop } from './support.js'

const ROWS = 100_000

/** Heap that a process may have, in megabytes: far less than the rows are. */
const HEAP = 80

/** What memory outside of the heap may grow by, in kilobytes. */
const GROWTH = 120_000

let programs: Bundle
let shop: Workshop

beforeAll(async () => {
  programs = await bundleSluice()
  shop = await Workshop.open(`
    create view many as
      select i as id, repeat(md5(i::text), 40) as filler, i * 1.25 as price, now() as at from generate_series(1, ${ROWS}) i;
    create unlogged table copied (id int, filler text, price numeric, at timestamptz);
  `)
  shop.write(
    'most.mjs',
    "process.on('exit', () => process.stderr.write('most ' + process.resourceUsage().maxRSS))",
  )
})

afterAll(() => Promise.all([shop[Symbol.asyncDispose](), programs[Symbol.asyncDispose]()]))

/** Runs the command with a small heap, and tells the most memory that it had, in kilobytes. */
async function memoryOf(...args: string[]): Promise<number> {
  const node = `--max-old-space-size=${HEAP} --import ./most.mjs`
  const run = shop.start(programs, args, `export NODE_OPTIONS='${node}'`)
  expect({ ...(await run.ended), stderr: run.stderr }).toEqual({
    ...{ code: 0, signal: null },
    stderr: expect.stringMatching(/^most \d+$/) as string,
  })
  return Number(run.stderr.slice('most '.length))
}

describe('memory does not grow with the rows', () => {
  it.each([
    ['csv', ROWS],
    ['ndjson', ROWS],
    ['parquet', ROWS],
    // Ten times as slow: exceljs makes an object of each cell.
    ['xlsx', 40_000],
  ])(
    'of an export and of an import: %s',
    async (suffix, rows) => {
      const few = await memoryOf('export', 'many', '--limit', '1000', '--out', `few.${suffix}`)
      const many = await memoryOf('export', 'many', '--limit', String(rows), '--out', `many.${suffix}`)
      expect(many - few).toBeLessThan(GROWTH)
      const fewIn = await memoryOf('import', 'copied', '--in', `few.${suffix}`)
      const manyIn = await memoryOf('import', 'copied', '--in', `many.${suffix}`)
      expect(manyIn - fewIn).toBeLessThan(GROWTH)
      expect(statSync(shop.path(`many.${suffix}`)).size).toBeGreaterThan(rows * 50)
      const [count] = await shop.query<{ count: number }>('select count(*)::int from copied')
      expect(count?.count).toBe(rows + 1000)
      await shop.query('truncate copied')
    },
    300_000,
  )
})
