import { fork } from 'node:child_process'
import { BrokenPromise } from '../stress/failures.js'
import { bundle, WORKER } from '../support/bundle.js'
import { ChaosProxy } from './chaos-proxy.js'
import { addFigures, noFigures, type Figures } from './figures.js'
import type { Answer, Order, Task } from './task.js'

const SPEAKERS = 'test/fuzz/speakers.ts'
const HANG_MS = 120_000

export interface FuzzOptions {
  /** Of a database with the objects of `test/stress/tables.ts`. */
  readonly url: string
  readonly seed: number
  /** How many conversations, one in twenty synchronous; default: until the time is over. */
  readonly count?: number
  readonly minutes?: number
  /** The one of this number alone; negative for a synchronous one. */
  readonly only?: number
  /** Default: 12, beside one for synchronous ones. */
  readonly lanes?: number
}

/**
 * Holds conversations with a server over proxies that do mischief to their bytes.
 *
 * @throws {@link BrokenPromise} which names the plan and how to try it again.
 */
export async function fuzz({
  url,
  seed,
  count,
  minutes = 60,
  only,
  lanes = 8,
}: FuzzOptions): Promise<Figures> {
  const until = Date.now() + minutes * 60_000
  const common = { url, seed, until }
  const parts =
    only !== undefined
      ? [{ ...common, lanes: 1, isSync: only < 0, from: Math.abs(only), to: Math.abs(only) + 1 }]
      : [
          { ...common, lanes, isSync: false, from: 1, to: 1 + Math.ceil((count ?? Infinity) * 0.95) },
          {
            ...common,
            lanes: 1,
            isSync: true,
            from: 1,
            to: 1 + Math.floor((count ?? Infinity) * 0.05),
          },
        ]
  const sum = noFigures()
  await using programs = await bundle(SPEAKERS, WORKER)
  const program = programs.path(SPEAKERS)
  for (const figures of await Promise.all(parts.map((part) => speakers(program, part))))
    addFigures(sum, figures)
  return sum
}

type Part = Omit<Task, 'proxies' | 'application'> & { readonly lanes: number }

async function speakers(program: string, { lanes, ...part }: Part): Promise<Figures> {
  const proxies = await Promise.all(Array.from({ length: lanes }, () => ChaosProxy.start(part.url)))
  const task: Task = {
    ...part,
    application: part.isSync ? 'sync fuzz' : 'fuzz',
    // JSON knows no infinity.
    to: Math.min(part.to, Number.MAX_SAFE_INTEGER),
    proxies: proxies.map(({ url }, lane) => ({ url, lane })),
  }
  try {
    return await runTask(program, task, proxies)
  } finally {
    await Promise.all(proxies.map((proxy) => proxy[Symbol.asyncDispose]()))
  }
}

async function runTask(program: string, task: Task, proxies: readonly ChaosProxy[]): Promise<Figures> {
  const child = fork(program, [JSON.stringify(task)], {
    execArgv: ['--no-warnings', '--enable-source-maps'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  child.on('message', ({ lane, mischief }: Order) => {
    const proxy = proxies[lane]
    if (mischief !== undefined) proxy?.arm(mischief)
    const hasStruck = mischief === undefined && proxy?.disarm() === true
    child.send({ lane, hasStruck } satisfies Answer, () => {})
  })
  let said = ''
  let errors = ''
  child.stdout?.on('data', (bytes: Buffer) => (said += bytes.toString()))
  child.stderr?.on('data', (bytes: Buffer) => (errors += bytes.toString()))
  const left = (task.until ?? Date.now()) - Date.now()
  const timer = setTimeout(() => child.kill('SIGKILL'), left + HANG_MS)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearTimeout(timer)
  if (code === 0 && errors === '') return JSON.parse(said) as Figures
  throw new BrokenPromise(
    `A promise was broken, seed ${task.seed}: ${code === null ? 'it hangs' : `exit code ${code}`}. Again: ` +
      `npm run fuzz -- --seed ${task.seed} --only ${task.isSync ? '-' : ''}NUMBER, by the number below.\n${errors}`,
  )
}
