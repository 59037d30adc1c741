import { spawn } from 'node:child_process'
import { bundle, WORKER } from '../support/bundle.js'
import { BrokenPromise, promise } from './failures.js'
import type { Tally } from './tally.js'

const PROGRAM = 'test/stress/sync-fates.ts'
const HANG_MS = 300_000

export interface SyncFates {
  readonly url: string
  readonly application: string
  readonly seed: number
  /** The number of the first, and how many. */
  readonly from: number
  readonly count: number
}

/**
 * Runs synchronous streams in a process of their own, until it ends by itself.
 *
 * @throws {@link BrokenPromise} with what the process said.
 */
export async function runSyncFates({ url, application, seed, from, count }: SyncFates): Promise<Tally> {
  const numbers = [seed, from, count].map(String)
  await using programs = await bundle(PROGRAM, WORKER)
  const args = ['--enable-source-maps', programs.path(PROGRAM), url, application, ...numbers]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  let errors = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const timer = setTimeout(() => child.kill('SIGKILL'), HANG_MS)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearTimeout(timer)
  if (code !== 0 || errors !== '') {
    throw new BrokenPromise(
      `Synchronous streams, seed ${seed}, numbers ${from} to ${from + count}: ` +
        `${code === null ? 'it hangs.' : `exit code ${code}.`}\n${errors}`,
    )
  }
  const tally = JSON.parse(said) as Tally
  promise(tally.streams === count, `${tally.streams} streams of ${count}.`)
  return tally
}
