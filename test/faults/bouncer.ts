import { spawnSync } from 'node:child_process'
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { serverAccount } from '../../codegen/server/account.js'
import { Observer, type Opened, type OpenOptions } from '../postgres/support/fault-tables.js'
import { freePort, keepProcess } from './kept-process.js'
import { findPgbouncer } from './needs.js'
import type { World } from './world.js'

/** A PgBouncer in front of a scenario's database. */
export interface Bouncer {
  /** Sees and signals the sessions that PgBouncer itself has on the server. */
  readonly observer: Observer
  /** A pool of one connection to PgBouncer unless told otherwise. */
  open(options?: OpenOptions): Opened
}

export interface BouncerOptions {
  /** Default: transaction. */
  readonly mode?: 'transaction' | 'session' | 'statement'
  /** How many prepared statements it follows, from 1.21 on; default none. */
  readonly preparedStatements?: number
  /** Connections to the server; default 3. */
  readonly poolSize?: number
}

/** It is to have no client and nothing but idle connections when the scenario is over. */
export async function startBouncer(world: World, options: BouncerOptions = {}): Promise<Bouncer> {
  const bouncer = await startPgbouncer(world.url, options)
  const name = `${world.name}_bounced`
  const observer = await Observer.of(world, name)
  world.atEnd(async () => {
    await bouncer.untilUnused()
    await observer[Symbol.asyncDispose]()
    await bouncer.stop()
  })
  return {
    observer,
    open: (others) => world.open({ url: bouncer.url, application_name: name, ...others }),
  }
}

export interface Pgbouncer {
  /** Of the database behind it. */
  readonly url: string
  /** Waits until it says itself that it has no client, and that its connections are idle. */
  untilUnused(): Promise<void>
  /** Starts it again where it has ended by itself, and gives the end of what it had to say. */
  revive(): Promise<string | undefined>
  stop(): Promise<void>
}

/** Starts one in front of the database of this URL. */
export async function startPgbouncer(target: string, options: BouncerOptions = {}): Promise<Pgbouncer> {
  const program = findPgbouncer()
  if (program === undefined) throw new Error('PgBouncer is not installed.')
  // It refuses to run as root, as PostgreSQL does.
  const { uid = 0, gid = 0 } = await serverAccount(() => undefined)
  const folder = await mkdtemp(join(uid === 0 ? tmpdir() : '/tmp', 'sluice-pgbouncer-'))
  const file = join(folder, 'pgbouncer.ini')
  const port = await freePort()
  const log = join(folder, 'pgbouncer.log')
  const settings = `${configuration(new URL(target), port, options, versionOf(program))}logfile = ${log}\n`
  await writeFile(file, settings, { mode: 0o600 })
  if (uid !== 0) for (const path of [folder, file]) await chown(path, uid, gid)
  const url = `postgres://anybody@127.0.0.1:${port}`
  const isThere = () => answers(`${url}/pgbouncer`)
  const launch = async () => {
    const started = keepProcess(program, ['-q', file], { uid, gid, signal: 'KILL', log: 'ignore' })
    while (!(await isThere())) await sleep(10)
    return started
  }
  let running = await launch()
  return {
    url: `${url}/bounced`,
    untilUnused: () => untilUnused(`${url}/pgbouncer`),
    async revive() {
      if (await isThere()) return undefined
      await running.stop()
      const said = (await readFile(log, 'utf8')).split('\n').slice(-4).join('\n')
      running = await launch()
      return said
    },
    async stop() {
      await running.stop()
      await rm(folder, { recursive: true })
    },
  }
}

function configuration(
  target: URL,
  port: number,
  { mode = 'transaction', poolSize = 3, preparedStatements = 0 }: BouncerOptions,
  version: number,
): string {
  const { hostname, port: serverPort, pathname, username, password } = target
  const server = Object.entries({
    host: hostname,
    port: serverPort || '5432',
    dbname: pathname.slice(1),
    user: username,
    password,
  }).map(([name, value]) => `${name}='${decodeURIComponent(value).replaceAll("'", "''")}'`)
  return [
    '[databases]',
    `bounced = ${server.join(' ')}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = any',
    `pool_mode = ${mode}`,
    `default_pool_size = ${poolSize}`,
    // Where the server was away for a moment.
    'server_login_retry = 1',
    // Prepared statements of the protocol are followed by newer ones only.
    ...(version >= FOLLOWS_PREPARED ? [`max_prepared_statements = ${preparedStatements}`] : []),
    '',
  ].join('\n')
}

/** The first version that follows prepared statements: 1.21. */
export const FOLLOWS_PREPARED = 121

/** 1.18 is 118. */
export function versionOf(program: string): number {
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' })
  const [, major, minor] = /PgBouncer (\d+)\.(\d+)/.exec(stdout) ?? []
  return Number(major) * 100 + Number(minor)
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client(url)
  try {
    await client.connect()
    await client.end()
    return true
  } catch {
    return false
  }
}

async function untilUnused(url: string): Promise<void> {
  const console = new pg.Client(url)
  await console.connect()
  try {
    for (;;) {
      const clients = await console.query<{ database: string }>('show clients')
      const servers = await console.query<{ state: string }>('show servers')
      const isUnused =
        clients.rows.every(({ database }) => database === 'pgbouncer') &&
        servers.rows.every(({ state }) => state === 'idle' || state === 'used')
      if (isUnused) return
      await sleep(10)
    }
  } finally {
    await console.end()
  }
}
