import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDatabase, startServer } from '../../codegen/server/index.js'
import { say, stopwatch } from './print.js'
import type { Scope } from './scope.js'

/** Where the demo works. */
export interface Workplace {
  /** Of a database of its own. */
  readonly url: string
  /** For the files that it writes. */
  readonly folder: string
}

/** A server, a database in it and a folder, all gone when the scope closes. */
export async function prepare(scope: Scope): Promise<Workplace> {
  const time = stopwatch()
  const folder = await scope.open(
    () => mkdtemp(join(tmpdir(), 'sluice-demo-')),
    (path) => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  )
  const server = await scope.open(
    () => startServer({ notify: say }),
    (started) => started.stop(),
  )
  const database = await scope.open(
    () => createDatabase(server, { name: `sluice_demo_${randomBytes(8).toString('hex')}` }),
    (created) => created.drop(),
  )
  const place = server.logFile === undefined ? 'the server of DATABASE_URL' : 'a temporary server'
  say(`The database ${database.name} on ${place} is ready, after ${time()}.`)
  say('It is dropped when the demo ends, or is interrupted.')
  return { url: database.url, folder }
}
