import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { vi } from 'vitest'
import { commandLine } from '../../codegen/commands/command-line.js'
import { bundle, type Bundle } from '../support/bundle.js'
import { testServer } from '../support/test-server.js'
import { root } from './support.js'

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const COMMAND = 'codegen/cli.ts'

/** The real command as JavaScript, with the configuration's helper that it looks for beside itself. */
export function bundleSluice(): Promise<Bundle> {
  return bundle(COMMAND, 'codegen/config/define-config.ts')
}

/** The real command in a folder, with the tests' server for its scratch databases. */
export function startSluice(programs: Bundle, cwd: string, ...args: string[]): ChildProcess {
  return start([programs.path(COMMAND), ...args], cwd)
}

function start(args: readonly string[], cwd: string): ChildProcess {
  return spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, DATABASE_URL: testServer.url },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Runs the real command to its end, from source. */
export function sluiceProcess(cwd: string, ...args: string[]): Promise<Outcome> {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  const child = start(['--import', loader, join(root, COMMAND), ...args], cwd)
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (data: Buffer) => (stdout += data.toString()))
  child.stderr?.on('data', (data: Buffer) => (stderr += data.toString()))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

/**
 * The command line as the real command runs it, without the second that a process of its own takes to start. One at a
 * time: the working folder is the process's.
 */
export function sluice(cwd: string, ...args: string[]): Promise<Outcome> {
  return sluiceWith(testServer.url, cwd, ...args)
}

/** The same with another DATABASE_URL. */
export async function sluiceWith(url: string, cwd: string, ...args: string[]): Promise<Outcome> {
  let stdout = ''
  let stderr = ''
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation((data) => ((stdout += String(data)), true)),
    vi.spyOn(process.stderr, 'write').mockImplementation((data) => ((stderr += String(data)), true)),
  ]
  const { DATABASE_URL: present } = process.env
  const folder = process.cwd()
  process.env['DATABASE_URL'] = url
  process.chdir(cwd)
  try {
    const code = await commandLine(args)
    return { code, stdout, stderr }
  } finally {
    process.chdir(folder)
    if (present === undefined) delete process.env['DATABASE_URL']
    else process.env['DATABASE_URL'] = present
    for (const spy of spies) spy.mockRestore()
  }
}
