import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly {
      readonly status: string
      readonly fullName: string
      readonly failureMessages?: readonly string[]
    }[]
  }[]
}

/**
 * Adds up the steps of a run. The folder holds for each its exit status, `name.status`, and vitest's report,
 * `name.json`, beside what it printed, `name.log`. Says what failed, and ends with one line: "N passed, N failed".
 */
const folder = process.argv[2] ?? '.'
const steps = readdirSync(folder)
  .filter((name) => name.endsWith('.status'))
  .map((name) => ({ name: name.replace(/\.status$/, ''), ...countStep(join(folder, name)) }))

for (const { name, failed } of steps) if (failed > 0) tellFailures(name)
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

const LINES = 12

/** What failed in a step, where the log of the whole run is too long to be looked through. */
function tellFailures(name: string): void {
  const [report, log] = [join(folder, `${name}.json`), join(folder, `${name}.log`)]
  const results = existsSync(report) ? (JSON.parse(readFileSync(report, 'utf8')) as Report).testResults : []
  for (const { name: file, status, message, assertionResults } of results) {
    const failed = assertionResults.filter((test) => test.status === 'failed')
    if (status === 'failed' && failed.length === 0) console.log(`\n${name}: ${file}\n${start(message)}`)
    for (const { fullName, failureMessages = [] } of failed)
      console.log(`\n${name}: ${file}: ${fullName}\n${start(failureMessages.join('\n'))}`)
  }
  const lines = existsSync(log) ? readFileSync(log, 'utf8').split('\n') : []
  const at = lines.findIndex((line) => /Unhandled|error TS|npm error/.test(line))
  if (at >= 0) console.log(`\n${name}:\n${lines.slice(at, at + 2 * LINES).join('\n')}`)
}

function start(text: string): string {
  return text.split('\n').slice(0, LINES).join('\n')
}
