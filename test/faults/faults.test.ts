import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFaultDatabase } from '../postgres/support/fault-database.js'
import { bundle, KEEPER, WORKER, type Bundle } from '../support/bundle.js'
import type { TestDatabase } from '../support/database.js'
import { isLong } from '../support/long.js'
import { testServer } from '../support/test-server.js'
import { Children } from './children.js'
import { missingNeeds } from './needs.js'
import { withOutcomes } from './page.js'
import { scenarioGroups } from './scenarios/index.js'

const SCENARIOS = 'test/faults/run-scenario.ts'
/** Which scenarios run as processes or threads of their own. */
const apart = ['test/faults/sync-script.ts', 'test/faults/proxy-thread.ts', 'test/faults/fake-server.ts']
const DEADLINE_MS = 30_000
const missingHere = await missingNeeds(testServer.url)
const page = new URL('../../docs/promises.md', import.meta.url)

let database: TestDatabase
let programs: Bundle
let children: Children
const outcomes = new Map<string, string>()

beforeAll(async () => {
  database = await createFaultDatabase()
  programs = await bundle(SCENARIOS, ...apart, WORKER, KEEPER)
  children = new Children(programs.path(SCENARIOS))
})
afterAll(async () => {
  await programs[Symbol.asyncDispose]()
  await database.drop()
})

describe.concurrent.each(scenarioGroups.map((group, index) => ({ ...group, index })))(
  '$heading',
  ({ scenarios, index: group }) => {
    scenarios.forEach(({ fault, needs, isLong: takesLong = false, deadlineMs = DEADLINE_MS }, index) => {
      if (takesLong && !isLong) return
      const missing = needs !== undefined && missingHere.has(needs)
      it.skipIf(missing)(
        missing ? `${fault} (${needs} is not installed)` : fault,
        async () => {
          const { outcome = '', ...ended } = await children.run(
            { url: database.url, group, index },
            deadlineMs,
          )
          expect(ended).toEqual({ hung: false, errors: '', exitCode: null })
          outcomes.set(fault, outcome)
        },
        deadlineMs + 30_000,
      )
    })
  },
)

it('the processes of the scenarios end by themselves', async () => {
  for (const ended of await children.end(DEADLINE_MS))
    expect(ended).toEqual({ hung: false, errors: '', exitCode: 0 })
})

it('the page of promises says what happens', async (context) => {
  if (outcomes.size === 0) context.skip('No fault was tried.')
  const text = withOutcomes(await readFile(page, 'utf8'), scenarioGroups, (fault) => outcomes.get(fault))
  await expect(text).toMatchFileSnapshot(page.pathname)
})
