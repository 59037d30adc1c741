import { spawn } from 'node:child_process'

/** How a process ended. */
export interface Ended {
  readonly output: string
  readonly errors: string
  readonly exitCode: number | null
  /** It did not end by itself in time. */
  readonly hung: boolean
}

/** Runs a program of Node to its end, or kills it at its deadline. */
export function runChild(args: readonly string[], deadlineMs: number): Promise<Ended> {
  // Warnings are events that a scenario expects or fails by.
  const child = spawn(process.execPath, ['--no-warnings', '--enable-source-maps', '--expose-gc', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  let hung = false
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const timer = setTimeout(() => {
    hung = true
    child.kill('SIGKILL')
  }, deadlineMs)
  return new Promise((resolve) => {
    child.once('close', (exitCode) => {
      clearTimeout(timer)
      resolve({ output, errors, exitCode, hung })
    })
  })
}
