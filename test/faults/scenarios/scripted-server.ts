import assert from 'node:assert/strict'
import { QueryError, type IteratorOptions } from '../../../src/index.js'
import { Numbers, type OpenOptions } from '../../postgres/support/fault-tables.js'
import { inBothForms } from '../both-forms.js'
import { loop, nameOf } from '../loop.js'
import type { Scenario, ScenarioGroup } from '../scenario.js'
import { startServerThread } from '../server-thread.js'
import type { FakeCommand } from '../tamperings.js'
import type { World } from '../world.js'

type Tampering = NonNullable<FakeCommand['tampering']>
type Greeting = NonNullable<FakeCommand['greeting']>

const ROWS = 1000

/** A loop over numbers of a fake server for each command, all of which are to end alike in both forms. */
async function afterEach(
  world: World,
  commands: readonly FakeCommand[],
  options: OpenOptions & Pick<IteratorOptions, 'fetchTimeoutMs' | 'readOnly'> = {},
): Promise<string> {
  const server = await startServerThread<FakeCommand>(world, './fake-server.js', '')
  const { fetchTimeoutMs, readOnly = true, ...others } = options
  const { db } = world.open({ url: server.url, closeTimeoutMs: 300, ...others })
  const outcomes = new Map<string, string>()
  for (const command of commands) {
    const outcome = await inBothForms(async (iterate) => {
      await server.tell(command)
      const limit = fetchTimeoutMs === undefined ? {} : { fetchTimeoutMs }
      // What is written is known to be lost at the end only.
      const chunkSize = readOnly ? 200 : 2 * ROWS
      const { rows, error } = await loop(iterate(new Numbers(db), { chunkSize, readOnly, ...limit }))
      const isTooLate = error instanceof QueryError && error.code === 'FETCH_TIMEOUT'
      const saysSo = error?.message.includes("PostgreSQL's protocol") === true
      if (error === undefined || !readOnly) assert.equal(rows, ROWS)
      // The rows of the fetches before, if it was not the first.
      else assert.ok(rows === 0 || rows === 200, `${rows} rows: ${error.message}`)
      const details = isTooLate ? ' `FETCH_TIMEOUT`' : saysSo ? ' that says so' : ''
      return error === undefined ? 'all rows' : nameOf(error) + details
    })
    outcomes.set(JSON.stringify(command), outcome)
  }
  const [outcome = ''] = outcomes.values()
  assert.ok(
    [...outcomes.values()].every((each) => each === outcome),
    JSON.stringify([...outcomes]),
  )
  return outcome
}

const atStart = (fault: string, greetings: readonly Greeting[]): Scenario => ({
  fault,
  run: async (world) =>
    afterEach(
      world,
      greetings.map((greeting) => ({ greeting })),
    ),
})

const within = (fault: string, tamperings: readonly Tampering[], options = {}): Scenario => ({
  fault,
  run: (world) =>
    afterEach(
      world,
      tamperings.map((tampering) => ({ tampering })),
      options,
    ),
})

export const scriptedServer: ScenarioGroup = {
  heading: 'A server that breaks the protocol',
  scenarios: [
    atStart('It is no PostgreSQL server: it answers HTTP, SSH or MySQL, or rows at once', [
      'http',
      'ssh',
      'mysql',
      'rows',
    ]),
    atStart('It asks for an unknown kind of authentication, or refuses in words that cannot be read', [
      'gssapi',
      'nothingToAuthenticate',
      'emptyError',
      'oldError',
    ]),
    within(
      'It falls silent in the middle of a row, or after the rows of a fetch; with `fetchTimeoutMs`',
      ['silentWithinRow', 'silentAfterRows'],
      { fetchTimeoutMs: 300 },
    ),
    within('It closes the connection in the middle of a row', ['closedWithinRow']),
    within('It answers out of order, says that it is ready too early, or ends a result twice', [
      'outOfOrder',
      'readyTooEarly',
      'completeTwice',
    ]),
    within('It ends the transaction of a result before its last row', ['transactionOver']),
    within(
      'It says that the transaction of a stream with `readOnly: false` has failed, and sends no error',
      ['transactionFailed'],
      { readOnly: false },
    ),
    within('It reports an error and goes on with the result', ['goesOnAfterError']),
    within('It describes other columns in the middle of a result, or sends what is not due there', [
      'secondDescription',
      'authenticationAgain',
      'copyBoth',
      'unknownType',
    ]),
    within('It sends rows without describing them', ['noDescription']),
    within('It sends a row of too few or too many columns, or with a value that ends beyond it', [
      'tooFewColumns',
      'tooManyColumns',
      'cellPastRow',
      'cellOfHugeLength',
      'cellOfNegativeLength',
      'rowOfNothing',
    ]),
    within('It claims that a message is 2 GB long, or shorter than nothing', [
      'twoGigabytes',
      'twoGigabytesOfNotice',
      'negativeLength',
      'tooShortLength',
    ]),
    within('It sends an error without a code, without fields, or cut short', [
      'errorOfNothing',
      'errorWithoutCode',
      'errorCutShort',
    ]),
    within('It asks for data in the middle of a result, as COPY does', ['copyIn']),
    within('It sends notices, settings, notifications and COPY data between the rows', [
      'beside',
      'besideLater',
      'copyOut',
    ]),
    within('It sends more rows than a fetch has asked for, one of them twice, or leaves one out', [
      'moreRows',
      'rowTwice',
      'rowMissing',
    ]),
  ],
}
