import { spawnSync } from 'node:child_process'
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { serverAccount } from '../../codegen/server/account.js'
import { Observer, type Opened, type OpenOptions } from '../postgres/support/fault-tables.js'
import { freePort, keepProcess, type KeptProcess } from './kept-process.js'
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
  readonly mode?: 'transaction' | 'statement'
  /** Connections to the server; default 3. */
  readonly poolSize?: number
}

/** It is to have no client and nothing but idle connections when the scenario is over. */
export async function startBouncer(world: World, options: BouncerOptions = {}): Promise<Bouncer> {
  const { port, process: bouncer, folder } = await start(world.url, options)
  const url = `postgres://anybody@127.0.0.1:${port}`
  const name = `${world.name}_bounced`
  const observer = await Observer.of(world, name)
  world.atEnd(async () => {
    await untilUnused(`${url}/pgbouncer`)
    await observer[Symbol.asyncDispose]()
    await bouncer.stop()
    await rm(folder, { recursive: true })
  })
  return {
    observer,
    open: (others) => world.open({ url: `${url}/bounced`, application_name: name, ...others }),
  }
}

interface Started {
  readonly port: number
  readonly process: KeptProcess
  readonly folder: string
}

async function start(target: string, options: BouncerOptions): Promise<Started> {
  const program = findPgbouncer()
  if (program === undefined) throw new Error('PgBouncer is not installed.')
  // It refuses to run as root, as PostgreSQL does.
  const { uid = 0, gid = 0 } = await serverAccount(() => undefined)
  const folder = await mkdtemp(join(uid === 0 ? tmpdir() : '/tmp', 'sluice-pgbouncer-'))
  const file = join(folder, 'pgbouncer.ini')
  const port = await freePort()
  await writeFile(file, configuration(new URL(target), port, options, versionOf(program)), { mode: 0o600 })
  if (uid !== 0) for (const path of [folder, file]) await chown(path, uid, gid)
  const process = keepProcess(program, ['-q', file], { uid, gid, signal: 'KILL', log: 'ignore' })
  while (!(await answers(`postgres://anybody@127.0.0.1:${port}/pgbouncer`))) await sleep(10)
  return { port, process, folder }
}

function configuration(
  target: URL,
  port: number,
  { mode = 'transaction', poolSize = 3 }: BouncerOptions,
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
    // Prepared statements of the protocol are followed by newer ones only.
    ...(version >= 121 ? ['max_prepared_statements = 0'] : []),
    '',
  ].join('\n')
}

/** 1.18 is 118. */
function versionOf(program: string): number {
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

/** Waits until PgBouncer itself says that it has no client, and that its connections are idle. */
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
