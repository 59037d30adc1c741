import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { appendFile, chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CodegenError } from '../errors.js'
import type { Account } from './account.js'
import { program, type NativeFiles } from './native-files.js'
import { shutDown } from './process.js'
import type { ServerFolder } from './server-folder.js'

export interface ClusterPlan {
  readonly folder: ServerFolder
  readonly files: NativeFiles
  readonly account: Account
  readonly password: string
  /** Settings of postgresql.conf, which win over the ones chosen here. */
  readonly settings: Readonly<Record<string, string>>
}

/** A running PostgreSQL server. */
export interface Cluster {
  readonly port: number
  /** `false` when it could not be ended. */
  stop(): Promise<boolean>
}

/** Everything in it is thrown away: speed comes before surviving a crash. */
const scratchSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  timezone: 'UTC',
  log_timezone: 'UTC',
}

/** How long a start may take, in milliseconds. */
const startTime = 60_000

/** Another process may take the free port before the server binds it. */
const portAttempts = 5

export async function startCluster(plan: ClusterPlan): Promise<Cluster> {
  await initialise(plan)
  const log = (): Promise<string> => readFile(plan.folder.log, 'utf8').catch(() => '')
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const before = (await log()).length
    const child = launch(plan, 'postgres', ['-D', plan.folder.data, '-p', String(port)])
    const cluster = { port, stop: () => shutDown(child.pid ?? 0, () => isAlive(child)) }
    if (await isReady(child, plan.folder)) return cluster
    await cluster.stop()
    const said = (await log()).slice(before)
    if (attempt < portAttempts && said.includes('could not create any TCP/IP sockets')) continue
    throw new CodegenError(`PostgreSQL did not start. The end of its log:\n${lastLines(said)}`)
  }
}

async function initialise(plan: ClusterPlan): Promise<void> {
  const { folder, account } = plan
  const settings = configuration(plan.settings)
  await mkdir(folder.data, { mode: 0o700 })
  await writeFile(folder.passwordFile, plan.password, { mode: 0o600 })
  if (account.uid !== undefined && account.gid !== undefined) {
    await chown(folder.data, account.uid, account.gid)
    await chown(folder.passwordFile, account.uid, account.gid)
  }
  // The built-in provider knows Unicode's letter cases whatever locales the machine has; it came with version 17.
  const provider = plan.files.version >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : []
  const options = ['--encoding=UTF8', '--locale=C', ...provider, '--no-sync', '--no-instructions']
  const access = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${folder.passwordFile}`]
  const initdb = launch(plan, 'initdb', [`--pgdata=${folder.data}`, ...options, ...access])
  while (isAlive(initdb)) await sleep(10)
  await rm(folder.passwordFile, { force: true })
  if (initdb.exitCode !== 0) {
    const said = await readFile(folder.log, 'utf8').catch(() => '')
    throw new CodegenError(`PostgreSQL's initdb failed. The end of what it said:\n${lastLines(said)}`)
  }
  await appendFile(join(folder.data, 'postgresql.conf'), settings)
}

function configuration(settings: Readonly<Record<string, string>>): string {
  const lines = Object.entries({ ...scratchSettings, ...settings }).map(([name, value]) => {
    if (!/^[A-Za-z_][\w.]*$/.test(name))
      throw new CodegenError(`"${name}" is not the name of a server setting.`)
    return `${name} = '${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'\n`
  })
  return `\n${lines.join('')}`
}

/** The program writes to the log file itself: a pipe that nobody reads would stop it once full. */
function launch(plan: ClusterPlan, name: 'postgres' | 'initdb', args: readonly string[]): ChildProcess {
  const log = openSync(plan.folder.log, 'a', 0o600)
  try {
    const child = spawn(program(plan.files, name), args, {
      ...plan.account,
      cwd: plan.folder.path,
      env: neutralEnvironment(),
      stdio: ['ignore', log, log],
      windowsHide: true,
    })
    // A failed spawn has no process number; `isAlive` tells it.
    child.on('error', () => undefined)
    return child
  } finally {
    closeSync(log)
  }
}

/** PGOPTIONS, PGTZ, PGCLIENTENCODING and the locale would reach into the server. */
function neutralEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:PG|LC_|LANG)/.test(name))
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' }
}

function isAlive(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null
}

/** The server writes its state into the eighth line of `postmaster.pid`. */
async function isReady(child: ChildProcess, folder: ServerFolder): Promise<boolean> {
  const end = Date.now() + startTime
  while (Date.now() < end && isAlive(child)) {
    const state = await readFile(join(folder.data, 'postmaster.pid'), 'utf8').catch(() => '')
    if (state.split('\n')[7]?.trim() === 'ready') return true
    await sleep(10)
  }
  return false
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-15).join('\n')
}
