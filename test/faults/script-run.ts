import { spawn, type ChildProcess } from 'node:child_process'
import type { ScriptPart } from './sync-script.js'
import type { World } from './world.js'

export const scriptUrl = new URL('./sync-script.js', import.meta.url)

/** How a script ended. */
export interface ScriptEnd {
  readonly output: string
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A process of `sync-script.ts`, whose sessions are those of the world. */
export interface ScriptRun {
  readonly process: ChildProcess
  readonly ended: Promise<ScriptEnd>
}

export function runScript(
  { url, name }: World,
  part: ScriptPart,
  { table, flags = [] }: { readonly table?: string; readonly flags?: readonly string[] } = {},
): ScriptRun {
  const args = ['--no-warnings', ...flags, scriptUrl.pathname, url, name, part, ...(table ? [table] : [])]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = new Promise<ScriptEnd>((resolve) => {
    child.once('close', (code, signal) => resolve({ output, code, signal }))
  })
  return { process: child, ended }
}
