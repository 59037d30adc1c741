import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Entrant } from './contender-list.js'
import type { ReadJob } from './contenders/job.js'

/** What one run of one contender took. Times in milliseconds, `cpu` in seconds, memory in bytes. */
export interface Measurement {
  readonly rows: number
  readonly wall: number
  /** From asking to the first row, of each query. */
  readonly firstRows: readonly number[]
  /** How often the consumer waited for its timer. */
  readonly timers: number
  /** Of all threads. */
  readonly cpu: number
  /** The largest the process was before it read. */
  readonly idleMemory: number
  /** The largest the process ever was. */
  readonly peakMemory: number
  /** For how long the event loop was held, where that was asked for. */
  readonly delay?: { readonly p99: number; readonly max: number }
}

/** Where contenders run. */
export interface Place {
  readonly url: string
  /** Of our compiled contenders. */
  readonly ours: URL
  /** Commands of those that do not run in this Node, by module. */
  readonly programs: Readonly<Record<string, readonly string[]>>
}

/** A job, but for what its contender determines. */
export type Task = Omit<ReadJob, 'module' | 'peers' | 'built' | 'published' | 'url' | 'form'>

/** Nothing here takes so long unless it hangs. In milliseconds. */
const timeLimit = 300_000

/**
 * Runs a contender in a process of its own.
 *
 * @throws Error with the end of what the process said, when it failed.
 */
export async function measure(place: Place, entrant: Pick<Entrant, 'name' | 'module' | 'form'>, task: Task) {
  const peers = new URL('contenders/', import.meta.url)
  const module = new URL(entrant.module, entrant.module.endsWith('.js') ? place.ours : peers)
  const { form } = entrant
  const published = new URL('../../published/', place.ours).href
  const folders = { peers: peers.href, built: place.ours.href, published }
  const where = { module: module.href, ...folders, url: place.url, ...serverParts(place.url) }
  const job = { ...task, ...where, form }
  const inNode = [process.execPath, fileURLToPath(new URL('runner.mjs', peers))]
  const [program = '', ...before] = place.programs[entrant.module] ?? inNode
  const { NODE_OPTIONS: _, ...environment } = process.env
  const child = spawn(program, [...before, JSON.stringify(job)], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeLimit,
    killSignal: 'SIGKILL',
  })
  let output = ''
  let errors = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2000)))
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  if (code !== 0)
    throw new Error(`${entrant.name} ended with ${signal ?? `code ${code}`}: ${firstError(errors)}`)
  // The process is one of ours, and this the line it prints.
  return JSON.parse(output) as Measurement
}

/** For those who take no URL. */
function serverParts(text: string) {
  const url = new URL(text)
  return {
    host: url.hostname,
    port: url.port,
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
  }
}

function firstError(errors: string): string {
  const lines = errors.split('\n')
  return (lines.find((line) => /error/i.test(line)) ?? lines.at(-2) ?? '').trim()
}
