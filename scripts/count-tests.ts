import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly {
    readonly status: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

/**
 * Adds up the steps of a run. The folder holds for each its exit status, `name.status`, and vitest's report,
 * `name.json`. Ends with one line: "N passed, N failed".
 */
const folder = process.argv[2] ?? '.'
const steps = readdirSync(folder)
  .filter((name) => name.endsWith('.status'))
  .map((name) => ({ name: name.replace(/\.status$/, ''), ...countStep(join(folder, name)) }))

for (const { name, passed, failed } of steps) console.log(`${name}: ${passed} passed, ${failed} failed`)
const passed = steps.reduce((sum, step) => sum + step.passed, 0)
const failed = steps.reduce((sum, step) => sum + step.failed, 0)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1

function countStep(statusFile: string): { passed: number; failed: number } {
  const file = statusFile.replace(/status$/, 'json')
  const { passed, failed } = existsSync(file)
    ? countTests(JSON.parse(readFileSync(file, 'utf8')) as Report)
    : { passed: 0, failed: 0 }
  // A step that failed before its tests ran, at its types or its installation, is a failure of its own; and so is one
  // without a test.
  const succeeded = readFileSync(statusFile, 'utf8').trim() === '0' && passed > 0
  return { passed, failed: succeeded ? failed : Math.max(failed, 1) }
}

function countTests({ numPassedTests, numFailedTests, testResults }: Report): {
  passed: number
  failed: number
} {
  // A test file that does not load fails without a failed test.
  const unloaded = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  )
  return { passed: numPassedTests, failed: numFailedTests + unloaded.length }
}
