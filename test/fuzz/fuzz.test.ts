import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestDatabase } from '../support/database.js'
import { stressDatabase } from '../stress/database.js'
import { fuzz } from './fuzz.js'
import { kinds } from './mischief.js'
import { withMischief } from './page.js'
import { operations } from './plan.js'

const CONVERSATIONS = Number(process.env['FUZZ'] ?? 300)
const seed = Number(process.env['FUZZ_SEED'] ?? 1)

let database: TestDatabase

beforeAll(async () => {
  database = await stressDatabase()
})
afterAll(() => database.drop())

test(`${CONVERSATIONS} conversations over networks that do mischief to their bytes keep the promises`, async () => {
  const figures = await fuzz({ url: database.url, seed, count: CONVERSATIONS })
  expect(figures.conversations).toBe(CONVERSATIONS)
  expect(Object.keys(figures.operations).toSorted()).toEqual([...operations, 'iterator'].toSorted())
  expect(Object.keys(figures.mischief).toSorted()).toEqual(['none', ...kinds].toSorted())
}, 600_000)

test('the page of promises says what was done', async () => {
  const page = new URL('../../docs/promises.md', import.meta.url)
  await expect(withMischief(await readFile(page, 'utf8'))).toMatchFileSnapshot(page.pathname)
})
