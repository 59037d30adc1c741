import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFaultDatabase } from '../postgres/support/fault-database.js'
import type { TestDatabase } from '../support/database.js'
import { testServer } from '../support/test-server.js'
import { compileScenarios, type Compiled } from './compile.js'
import { missingNeeds } from './needs.js'
import { withOutcomes } from './page.js'
import { runChild } from './run-child.js'
import { scenarioGroups } from './scenarios/index.js'

const DEADLINE_MS = 30_000
const missingHere = await missingNeeds(testServer.url)
const page = new URL('../../docs/promises.md', import.meta.url)

let database: TestDatabase
let compiled: Compiled
const outcomes = new Map<string, string>()

beforeAll(async () => {
  database = await createFaultDatabase()
  compiled = await compileScenarios()
})
afterAll(async () => {
  await compiled[Symbol.asyncDispose]()
  await database.drop()
})

describe.concurrent.each(scenarioGroups.map((group, index) => ({ ...group, index })))(
  '$heading',
  ({ scenarios, index: group }) => {
    scenarios.forEach(({ fault, needs, deadlineMs = DEADLINE_MS }, index) => {
      const missing = needs !== undefined && missingHere.has(needs)
      it.skipIf(missing)(
        missing ? `${fault} (${needs} is not installed)` : fault,
        async () => {
          const program = compiled.runScenario
          const name = `sluice_fault_${group}_${index}`
          const args = [program, database.url, name, String(group), String(index)]
          const ended = await runChild(args, deadlineMs)
          expect(ended).toMatchObject({ hung: false, errors: '', exitCode: 0 })
          const { outcome } = JSON.parse(ended.output) as { outcome: string }
          outcomes.set(fault, outcome)
        },
        deadlineMs + 30_000,
      )
    })
  },
)

it('the page of promises says what happens', async (context) => {
  if (outcomes.size === 0) context.skip('No fault was tried.')
  const text = withOutcomes(await readFile(page, 'utf8'), scenarioGroups, (fault) => outcomes.get(fault))
  await expect(text).toMatchFileSnapshot(page.pathname)
})
