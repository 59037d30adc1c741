import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { isProcess } from '../../codegen/server/process.js'
import { Scratch, until, type OwnedServer } from '../support/owned-server.js'

const isPosix = process.platform !== 'win32'

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

/** The server's process, its keeper and its folder. */
async function expectGone(scratch: Scratch, server: OwnedServer, postgres: number): Promise<void> {
  await until(async () => (await scratch.folders()).length === 0)
  await until(async () => !(await isRunning(server)) && !isAlive(postgres))
}

describe.runIf(isPosix)(
  'a temporary server ends with the process that started it',
  { concurrent: true },
  () => {
    it('when that calls stop(), before stop() resolves', async () => {
      await using scratch = await Scratch.create()
      const server = await scratch.startServer('stop')
      expect(await server.ended).toBe('')
      expect(await scratch.folders()).toEqual([])
    })

    it.each(['end', 'exit', 'throw'] as const)('when that forgets to stop it: %s', async (action) => {
      await using scratch = await Scratch.create()
      const server = await scratch.startServer(action)
      await server.ended
      await until(async () => (await scratch.folders()).length === 0)
      await until(async () => !(await isRunning(server)))
    })

    it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
      'when its process group gets %s',
      async (signal) => {
        await using scratch = await Scratch.create()
        const server = await scratch.startServer('wait')
        const postgres = await postgresPid(server)
        process.kill(-(server.owner.pid ?? 0), signal)
        await server.ended
        await expectGone(scratch, server, postgres)
      },
    )
  },
)

describe.runIf(isPosix)('a temporary server of a process that blocks', { concurrent: true }, () => {
  it('answers, and logs more than a pipe would hold', async () => {
    await using scratch = await Scratch.create()
    const server = await scratch.startServer('block')
    const postgres = await postgresPid(server)
    const client = new Client(server.url)
    await client.connect()
    const text = 'x'.repeat(100_000)
    for (let i = 0; i < 10; i++) await client.query(`SELECT '${text}'`)
    await client.end()
    expect((await readFile(server.logFile, 'utf8')).length).toBeGreaterThan(1_000_000)
    server.owner.kill('SIGKILL')
    await expectGone(scratch, server, postgres)
  })
})

describe.runIf(isPosix)('the next start', { concurrent: true }, () => {
  it('removes a server whose keeper was killed, and no other', async () => {
    await using scratch = await Scratch.create()
    const orphan = await scratch.startServer('wait')
    const postgres = await postgresPid(orphan)
    process.kill(orphan.keeperPid, 'SIGKILL')
    await until(async () => !(await isRunning(orphan)))
    expect(isAlive(postgres)).toBe(true)

    const next = await scratch.startServer('wait')
    expect(existsSync(dirname(orphan.logFile))).toBe(false)
    await until(() => !isAlive(postgres))

    const last = await scratch.startServer('stop')
    await last.ended
    expect(isAlive(await postgresPid(next))).toBe(true)
    next.owner.kill('SIGKILL')
    orphan.owner.kill('SIGKILL')
    await until(async () => (await scratch.folders()).length === 0)
  })

  it('takes a process that got the number of a dead keeper or server for neither', async () => {
    await using scratch = await Scratch.create()
    const bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    const pid = bystander.pid ?? 0
    const folder = join(scratch.path, 'sluice-postgres-0123456789')
    await mkdir(join(folder, 'data'), { recursive: true })
    await writeFile(join(folder, 'keeper.json'), JSON.stringify({ keeper: pid, host: hostname() }))
    await writeFile(join(folder, 'data', 'postmaster.pid'), `${String(pid)}\n`)
    await (
      await scratch.startServer('stop')
    ).ended
    expect(existsSync(folder)).toBe(false)
    expect(isAlive(pid)).toBe(true)
    bystander.kill('SIGKILL')
  })

  it('leaves what another machine registered, and what is being made', async () => {
    await using scratch = await Scratch.create()
    const elsewhere = join(scratch.path, 'sluice-postgres-elsewhere')
    const unregistered = join(scratch.path, 'sluice-postgres-new')
    await mkdir(elsewhere)
    await mkdir(unregistered)
    await writeFile(
      join(elsewhere, 'keeper.json'),
      JSON.stringify({ keeper: 999_999_999, host: 'elsewhere' }),
    )
    await (
      await scratch.startServer('stop')
    ).ended
    expect((await scratch.folders()).sort()).toEqual(['sluice-postgres-elsewhere', 'sluice-postgres-new'])
  })
})
