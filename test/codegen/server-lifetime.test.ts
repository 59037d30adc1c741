import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isProcess } from '../../codegen/server/process.js'
import { bundle, KEEPER, type Bundle } from '../support/bundle.js'
import { Scratch, SERVER_OWNER, until, type OwnedServer } from '../support/owned-server.js'

const isPosix = process.platform !== 'win32'

let programs: Bundle

beforeAll(async () => {
  programs = await bundle(SERVER_OWNER, KEEPER)
})

afterAll(() => programs[Symbol.asyncDispose]())

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Whether the keeper runs: a dead one may stay in the process table until its parent looks. */
function isRunning(server: OwnedServer): Promise<boolean> {
  return isProcess(server.keeperPid, dirname(server.logFile).slice(-8))
}

async function postgresPid(server: OwnedServer): Promise<number> {
  return Number.parseInt(await readFile(join(dirname(server.logFile), 'data', 'postmaster.pid'), 'utf8'), 10)
}

/** The owner and all that would share its terminal. */
function killGroup({ owner }: OwnedServer, signal: NodeJS.Signals): void {
  process.kill(-(owner.pid ?? 0), signal)
}

/** The server's process, its keeper and its folder. */
async function untilGone(server: OwnedServer, postgres: number): Promise<void> {
  await until(() => !existsSync(dirname(server.logFile)))
  await until(async () => !(await isRunning(server)) && !isAlive(postgres))
}

describe.runIf(isPosix)(
  'a temporary server ends with the process that started it',
  { concurrent: true },
  () => {
    it.each(['end', 'exit', 'throw'] as const)('when that forgets to stop it: %s', async (action) => {
      await using scratch = await Scratch.create()
      const server = await scratch.startServer(programs, action)
      await server.ended
      await until(async () => (await scratch.folders()).length === 0)
      await until(async () => !(await isRunning(server)))
    })

    // SIGTERM and SIGHUP are in the tests below.
    it.each(['SIGINT', 'SIGKILL'] as const)('when its process group gets %s', async (signal) => {
      await using scratch = await Scratch.create()
      const server = await scratch.startServer(programs, 'wait')
      const postgres = await postgresPid(server)
      killGroup(server, signal)
      await server.ended
      await untilGone(server, postgres)
      expect(await scratch.folders()).toEqual([])
    })

    it('when its process group gets SIGTERM although it blocks; until then it answers, and logs more than a pipe would hold', async () => {
      await using scratch = await Scratch.create()
      const server = await scratch.startServer(programs, 'block')
      const postgres = await postgresPid(server)
      const client = new Client(server.url)
      await client.connect()
      const text = 'x'.repeat(100_000)
      for (let i = 0; i < 10; i++) await client.query(`SELECT '${text}'`)
      await client.end()
      expect((await readFile(server.logFile, 'utf8')).length).toBeGreaterThan(1_000_000)
      killGroup(server, 'SIGTERM')
      await untilGone(server, postgres)
    })
  },
)

describe.runIf(isPosix)('the next start', { concurrent: true }, () => {
  it('removes servers whose keeper was killed, and no other', async () => {
    await using scratch = await Scratch.create()
    const orphan = await scratch.startServer(programs, 'wait')
    const postgres = await postgresPid(orphan)
    process.kill(orphan.keeperPid, 'SIGKILL')
    await until(async () => !(await isRunning(orphan)))
    expect(isAlive(postgres)).toBe(true)
    using impostor = await leaveImpostor(scratch)
    const others = await leaveForeign(scratch)

    const next = await scratch.startServer(programs, 'wait')
    expect(existsSync(dirname(orphan.logFile))).toBe(false)
    await until(() => !isAlive(postgres))
    // Its numbers of a keeper and of a server are those of a process that is neither.
    expect(existsSync(impostor.folder)).toBe(false)
    expect(isAlive(impostor.pid)).toBe(true)

    // Its owner calls stop(), and ends after that has resolved.
    const last = await scratch.startServer(programs, 'stop')
    expect(await last.ended).toBe('')
    expect(existsSync(dirname(last.logFile))).toBe(false)
    const kept = await postgresPid(next)
    expect(isAlive(kept)).toBe(true)

    killGroup(next, 'SIGHUP')
    await untilGone(next, kept)
    orphan.owner.kill('SIGKILL')
    expect((await scratch.folders()).sort()).toEqual(others)
  })
})

/** A folder that names a living process, to which the system gave the number of a dead keeper and its server. */
async function leaveImpostor(scratch: Scratch): Promise<Disposable & { pid: number; folder: string }> {
  const bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  const pid = bystander.pid ?? 0
  const folder = join(scratch.path, 'sluice-postgres-0123456789')
  await mkdir(join(folder, 'data'), { recursive: true })
  await writeFile(join(folder, 'keeper.json'), JSON.stringify({ keeper: pid, host: hostname() }))
  await writeFile(join(folder, 'data', 'postmaster.pid'), `${String(pid)}\n`)
  return { pid, folder, [Symbol.dispose]: () => bystander.kill('SIGKILL') }
}

/** Folders that stay: what another machine registered, and what is being made. */
async function leaveForeign(scratch: Scratch): Promise<string[]> {
  const names = ['sluice-postgres-elsewhere', 'sluice-postgres-new']
  for (const name of names) await mkdir(join(scratch.path, name))
  const registration = JSON.stringify({ keeper: 999_999_999, host: 'elsewhere' })
  await writeFile(join(scratch.path, 'sluice-postgres-elsewhere', 'keeper.json'), registration)
  return names
}
