import { spawn, type ChildProcess } from 'node:child_process'
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Bundle } from './bundle.js'

export type OwnerAction = 'stop' | 'throw' | 'exit' | 'wait' | 'block' | 'end'

/** A temporary server, and the process that started it. */
export interface OwnedServer {
  readonly owner: ChildProcess
  readonly url: string
  readonly logFile: string
  readonly keeperPid: number
  /** Resolves when the owner has ended, with what it left on its standard error. */
  readonly ended: Promise<string>
}

/** What the tests of a file that start servers bundle, beside the keeper. */
export const SERVER_OWNER = 'test/support/server-owner.ts'

/** A place for temporary files of its own, so that what is left there can be told. */
export class Scratch implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async create(): Promise<Scratch> {
    const path = await mkdtemp(join(tmpdir(), 'sluice-test-'))
    // The account that PostgreSQL runs under may be another.
    await chmod(path, 0o755)
    return new Scratch(path)
  }

  /** Starts a server in another process, which has a process group of its own, as in a terminal. */
  async startServer(programs: Bundle, action: OwnerAction): Promise<OwnedServer> {
    const { DATABASE_URL: _, ...inherited } = process.env
    const owner = spawn(process.execPath, [programs.path(SERVER_OWNER), action], {
      env: { ...inherited, TMPDIR: this.path },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    let errors = ''
    owner.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
    const ended = new Promise<string>((resolve) => owner.once('close', () => resolve(errors)))
    const started = new Promise<string>((resolve) => createInterface(owner.stdout).once('line', resolve))
    const line = await Promise.race([started, ended.then((text) => Promise.reject(new Error(text)))])
    const { url, logFile } = JSON.parse(line) as { url: string; logFile: string }
    const registry = await readFile(join(dirname(logFile), 'keeper.json'), 'utf8').catch(() => '{"keeper":0}')
    const { keeper } = JSON.parse(registry) as { keeper: number }
    return { owner, url, logFile, keeperPid: keeper, ended }
  }

  /** The servers' folders that are there. */
  async folders(): Promise<string[]> {
    return (await readdir(this.path)).filter((name) => name.startsWith('sluice-postgres-'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Asks again and again until the answer is yes; the test's own timeout is the bound. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(20)
}
