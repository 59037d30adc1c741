import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { Workshop } from './support.js'

let shop: Workshop

beforeAll(async () => {
  shop = await Workshop.open(`
    create table goods as select i as id, 'x' as name from generate_series(1, 3000) i;
    analyze goods;
    create table copied (like goods);
  `)
})

afterAll(() => shop[Symbol.asyncDispose]())

const isTerminal = process.stderr.isTTY
afterEach(() => {
  process.stderr.isTTY = isTerminal
  vi.restoreAllMocks()
})

/** What the standard error shows of a run, were it a terminal. */
async function shownBy(...args: string[]): Promise<string> {
  process.stderr.isTTY = true
  // A pipe has none of these.
  Object.assign(process.stderr, { cursorTo: () => true, clearLine: () => true, clearScreenDown: () => true })
  const { code, stderr } = await shop.sluice(...args)
  expect(code).toBe(0)
  return stderr
}

describe('the progress bar', () => {
  it("shows an export's way by the planner's estimate", async () => {
    const shown = await shownBy('export', 'goods', '--out', 'goods.ndjson')
    expect(shown).toMatch(/% of about 3,000, [\d,]+ rows, [\d,]+ rows\/s, (?:\?|\d+:\d\d) left/)
    expect(shown).toContain('[')
  })

  it("shows an import's way by the size of its file", async () => {
    await shop.sluice('export', 'goods', '--out', 'copy.ndjson')
    expect(await shownBy('import', 'copied', '--in', 'copy.ndjson')).toContain('% of copy.ndjson, ')
  })

  it('is not shown where nobody looks', async () => {
    process.stderr.isTTY = false
    expect((await shop.sluice('export', 'goods', '--out', 'quiet.ndjson')).stderr).toBe('')
  })
})
