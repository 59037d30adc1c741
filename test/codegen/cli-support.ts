import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { testServer } from '../support/test-server.js'
import { root } from './support.js'

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The real command in a folder, with the tests' server for its scratch databases. */
export function startSluice(cwd: string, ...args: string[]): ChildProcess {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  return spawn(process.execPath, ['--import', loader, join(root, 'codegen/cli.ts'), ...args], {
    cwd,
    env: { ...process.env, DATABASE_URL: testServer.url },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Runs it to its end. */
export function sluice(cwd: string, ...args: string[]): Promise<Outcome> {
  const child = startSluice(cwd, ...args)
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (data: Buffer) => (stdout += data.toString()))
  child.stderr?.on('data', (data: Buffer) => (stderr += data.toString()))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}
