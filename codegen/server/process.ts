import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Whether the process lives and is the one meant: its command line names `token`, which nobody can guess. A number
 * that the system gave to another process since, or a dead process not yet collected, is not it.
 */
export async function isProcess(pid: number, token: string): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const commandLine = await readCommandLine(pid)
  return commandLine === undefined || commandLine.includes(token)
}

/** `undefined` where the platform does not tell. */
async function readCommandLine(pid: number): Promise<string | undefined> {
  if (process.platform === 'win32') return undefined
  if (process.platform === 'linux') return readFile(`/proc/${String(pid)}/cmdline`, 'utf8').catch(() => '')
  const { stdout } = await run('ps', ['-ww', '-o', 'args=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
  return stdout
}

/** PostgreSQL's words: SIGINT is a fast shutdown, SIGQUIT an immediate one. Each gets this long, in milliseconds. */
const steps = [
  ['SIGINT', 10_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
] as const

/** Stops a PostgreSQL server, harder and harder. `false` when even SIGKILL did not end it. */
export async function shutDown(pid: number, isRunning: () => boolean | Promise<boolean>): Promise<boolean> {
  for (const [signal, patience] of steps) {
    if (!(await isRunning())) return true
    try {
      process.kill(pid, signal)
    } catch {
      // It ended between the look and the signal.
    }
    const end = Date.now() + patience
    while (Date.now() < end && (await isRunning())) await sleep(20)
  }
  return !(await isRunning())
}
