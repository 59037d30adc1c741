import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundle, WORKER, type Bundle } from '../support/bundle.js'
import { createTestDatabase } from '../support/database.js'

const run = promisify(execFile)

/** What has become of the errors is the same wherever the program runs. */
const expected = {
  create: 'gives One',
  'create again': 'UniqueViolation INTEGRITY_ERROR',
  'create in bulk': 'UniqueViolation INTEGRITY_ERROR',
  'create in a transaction': 'UniqueViolation INTEGRITY_ERROR',
  get: 'DoesNotExist DOES_NOT_EXIST',
  read: 'QueryError QUERY_FAILED',
  stream: 'QueryError QUERY_FAILED',
  leave: 'gives One',
  iterator: 'gives 1',
  'failing iterator': 'QueryError QUERY_FAILED',
  'free-hand': 'error 22012',
  'free-hand stream': 'gives One',
  option: 'OptionError INVALID_OPTION',
  clear: 'gives 1',
}

let programs: Bundle
beforeAll(async () => {
  programs = await bundle('test/hardened/exercise.ts', 'test/hardened/in-thread.ts', WORKER)
})
afterAll(() => programs[Symbol.asyncDispose]())

async function outcomes(flags: readonly string[], kind = 'as it is', program = 'exercise'): Promise<object> {
  await using database = await createTestDatabase({ schema: 'shop' })
  const path = programs.path(`test/hardened/${program}.ts`)
  const { stdout } = await run(process.execPath, ['--no-warnings', ...flags, path, database.url, kind])
  return JSON.parse(stdout) as object
}

/** From Node 25 on the permission model keeps the network as well. */
const network = ['--allow-net'].filter((flag) => process.allowedNodeEnvironmentFlags.has(flag))
const permission = ['--permission', '--experimental-permission'].find((flag) =>
  process.allowedNodeEnvironmentFlags.has(flag),
)

describe('errors are themselves', () => {
  test.each([
    ['--frozen-intrinsics'],
    ['--disallow-code-generation-from-strings'],
    [permission ?? '', '--allow-fs-read=*', '--allow-worker', ...network],
    ['--max-old-space-size=64'],
    ['--disable-proto=throw'],
  ])('with the flag %s', async (...flags) => {
    expect(await outcomes(flags)).toEqual({ 'as it is': expected })
  })

  test('in a worker thread', async () => {
    expect(await outcomes([], 'as it is', 'in-thread')).toEqual({ 'as it is': expected })
  })

  test('whatever an application has made of stack traces', async () => {
    const changed = await outcomes([], 'changed')
    expect(Object.keys(changed)).toHaveLength(12)
    for (const [change, each] of Object.entries(changed)) expect(each, change).toEqual(expected)
  })
})
