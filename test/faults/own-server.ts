import { openSync, closeSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { startServer } from '../../codegen/server/index.js'
import { FAULT_OBJECTS } from '../postgres/support/fault-objects.js'
import { keepProcess, type KeptProcess } from './kept-process.js'

/** A server of a scenario's own, with the tables of `fault-tables.ts`, that may be stopped and started again. */
export interface OwnServer {
  readonly url: string
  readonly data: string
  readonly log: string
  /** SIGTERM waits for the clients to leave, SIGINT ends their sessions, SIGQUIT cuts them off. */
  signal(signal: 'SIGTERM' | 'SIGINT' | 'SIGQUIT'): Promise<void>
  untilStopped(): Promise<void>
  until(state: ServerState): Promise<void>
  /** Starts it again, and waits until it is in this state; default: ready. */
  start(state?: ServerState): Promise<void>
}

/** Where what has to be done at the end is left. */
export interface Ends {
  atEnd(end: () => Promise<unknown>): void
}

export type ServerState = 'starting' | 'ready'

export async function startOwnServer(
  world: Ends,
  settings: Readonly<Record<string, string>> = {},
): Promise<OwnServer> {
  // Whatever server DATABASE_URL names, which is not to be stopped.
  const installedIn = fileURLToPath(new URL('.', import.meta.url))
  const server = await startServer({ installedIn, settings })
  if (server.logFile === undefined) throw new Error('The server has no folder of its own.')
  world.atEnd(() => server.stop())
  await execute(server.url, FAULT_OBJECTS)
  // A temporary server does not wait for its disk, and one that is cut off would forget them.
  await execute(server.url, 'checkpoint')
  const log = server.logFile
  const data = join(dirname(log), 'data')
  const options = await readFile(join(data, 'postmaster.opts'), 'utf8')
  return {
    url: server.url,
    data,
    log,
    async signal(signal) {
      process.kill(Number.parseInt(await readFile(join(data, 'postmaster.pid'), 'utf8')), signal)
    },
    untilStopped: () => untilIn(data, undefined),
    until: (state) => untilIn(data, state),
    async start(state = 'ready') {
      const again = await startIn(data, options, log)
      world.atEnd(() => again.stop())
      await untilIn(data, state)
    },
  }
}

/** Starts a server by the command line that it was started with before, as `postmaster.opts` has it. */
export async function startIn(data: string, options: string, log: string): Promise<KeptProcess> {
  const [, program = ''] = /^(.*?) "/.exec(options) ?? []
  const args = [...options.matchAll(/ "([^"]*)"/g)].map(([, argument = '']) => argument)
  const { uid, gid } = await stat(data)
  const file = openSync(log, 'a')
  try {
    return keepProcess(program, args, { uid, gid, signal: 'QUIT', log: file })
  } finally {
    closeSync(file)
  }
}

/** What a server says of itself is in the eighth line of a file that it removes when it ends. */
export async function untilIn(data: string, state: ServerState | undefined): Promise<void> {
  for (;;) {
    const file = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => undefined)
    if (file?.split('\n')[7]?.trim() === state) return
    await sleep(5)
  }
}

/** Runs statements on a connection of their own. */
export async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
