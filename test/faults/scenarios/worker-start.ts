import assert from 'node:assert/strict'
import { createSecureContext } from 'node:tls'
import pg from 'pg'
import { Numbers, open, type OpenOptions } from '../../postgres/support/fault-tables.js'
import { loop, nameOf } from '../loop.js'
import { sabotage, type Harm } from '../saboteur.js'
import type { Scenario } from '../scenario.js'
import { runScript } from '../script-run.js'
import type { World } from '../world.js'

/** Iterates with a worker that does not start, and with one that does. @returns the error of the first loop. */
async function notStarting(world: World, harm: Harm): Promise<Error | undefined> {
  const saboteur = sabotage({ atStart: harm })
  const { db } = world.open()
  const { error } = await loop(new Numbers(db).iterator())
  saboteur.stop()
  assert.equal((await loop(new Numbers(db).iterator({ chunkSize: 5000 }))).error, undefined)
  return error
}

/** What has no copy in another thread, or would not be done there. */
const SETTINGS: Readonly<Record<string, OpenOptions>> = {
  password: { password: () => 'secret' },
  stream: { stream: () => new pg.Connection().stream },
  Client: { Client: class extends pg.Client {} },
  'ssl.secureContext': { ssl: { secureContext: createSecureContext() } },
  'ssl.checkServerIdentity': { ssl: { checkServerIdentity: () => undefined } },
  onConnect: { onConnect: () => {} },
  onCreateConnection: { onCreateConnection: () => Promise.resolve() },
}

const flags = ['--permission', '--experimental-permission'].find((flag) =>
  process.allowedNodeEnvironmentFlags.has(flag),
)

/** The worker does not start. */
export const workerStart: readonly Scenario[] = [
  {
    fault: 'A module of the worker cannot be loaded',
    async run(world) {
      const error = await notStarting(world, 'find no module')
      assert.match(error?.message ?? '', /could not start: Cannot find package pg/)
      return `${nameOf(error)} that names the module`
    },
  },
  {
    fault: 'The worker fails before any code of its own runs',
    async run(world) {
      const error = await notStarting(world, 'fail before anything else')
      assert.match(error?.message ?? '', /could not start: .* NODE_OPTIONS/)
      return `${nameOf(error)} that says what may be the reason`
    },
  },
  {
    fault: 'The process may not start threads, under Node’s permission model',
    async run(world) {
      const { ended } = runScript(world, 'reads', { flags: [flags ?? '', '--allow-fs-read=*'] })
      const { output, code } = await ended
      assert.equal(code, 0)
      assert.match(output, /could not start: Access to this API has been restricted/)
      return `\`${output.slice(0, output.indexOf(':'))}\` with Node’s reason`
    },
  },
  {
    fault:
      'A setting of the connections cannot be handed to a thread: a function, a TLS context, a client of one’s own',
    run(world) {
      const names = Object.entries(SETTINGS).map(([setting, options]) => {
        const { db } = open(world.url, options)
        try {
          new Numbers(db).iterator()
        } catch (error) {
          assert.ok(error instanceof Error && error.message.includes(setting), String(error))
          return nameOf(error)
        }
        throw new Error(`${setting} is not refused.`)
      })
      const [name] = new Set(names)
      assert.equal(new Set(names).size, 1)
      return Promise.resolve(`${name} at the call, naming the setting`)
    },
  },
]
