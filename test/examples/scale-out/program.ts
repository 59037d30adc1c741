import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Shop } from '../../support/shop.js'

/** The example, as a process of its own. */
export class Program {
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown[]>
  readonly #shop: Shop
  readonly #name = `program ${randomUUID()}`
  output = ''

  constructor(program: string, shop: Shop, settings: NodeJS.ProcessEnv, args: readonly string[]) {
    this.#shop = shop
    const env = { ...process.env, ...settings, DATABASE_URL: shop.database.url, PGAPPNAME: this.#name }
    this.#child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#ended = once(this.#child, 'close')
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()))
  }

  /** The walk that it is in the midst of a batch of: not the first ones, and that with time left. */
  async inBatch(signal: AbortSignal): Promise<string> {
    await until(async () => {
      if (this.#child.exitCode !== null) throw new Error(`A worker has ended:\n${this.output}`)
      if ((this.output.match(/ batch: /g) ?? []).length < 2) return false
      const [working] = await this.#shop.sql(
        `SELECT FROM pg_stat_activity WHERE application_name = $1 AND wait_event = 'PgSleep'
           AND clock_timestamp() - query_start < interval '100 ms'`,
        [this.#name],
      )
      return working !== undefined
    }, signal)
    return this.output.trimEnd().split('\n').at(-1)?.split(' ')[0] ?? ''
  }

  send(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async ended(): Promise<{ code: unknown; signal: unknown; output: string }> {
    const [code, signal] = await this.#ended
    return { code, signal, output: this.output }
  }

  /** For a test that has failed before. */
  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL')
  }
}

/** Until the test has taken too long, which is told by the signal, so that no process outlives it. */
export async function until(isSo: () => boolean | Promise<boolean>, signal: AbortSignal): Promise<void> {
  while (!(await isSo())) await sleep(20, undefined, { signal })
}
