import { syncBuiltinESMExports } from 'node:module'
import threads, { BroadcastChannel, type WorkerOptions } from 'node:worker_threads'

/** What a worker of iterator() can be made to do. */
export type Harm =
  'throw' | 'exit' | 'fill the heap' | 'find no module' | 'find no memory' | 'fail before anything else'

const CHANNEL = 'sluice-saboteur'

/** Sets a saboteur into the threads that start from now on, in front of their own code. */
export interface Saboteur {
  /** In all threads, now. */
  do(harm: Harm): void
  /** From now on threads are as they should be. */
  stop(): void
}

export interface Sabotage {
  /** Done at once by each. */
  readonly atStart?: Harm
  /** How each is to be started instead. */
  readonly options?: WorkerOptions | undefined
}

export function sabotage({ atStart, options }: Sabotage = {}): Saboteur {
  const { Worker } = threads
  threads.Worker = class extends Worker {
    constructor(file: URL, given: WorkerOptions) {
      const code = `(${String(lieInWait)})(${JSON.stringify([CHANNEL, atStart])});import(${JSON.stringify(file.href)})`
      super(code, { ...given, eval: true, ...options })
    }
  }
  syncBuiltinESMExports()
  const channel = new BroadcastChannel(CHANNEL)
  channel.unref()
  return {
    do: (harm) => channel.postMessage(harm),
    stop() {
      threads.Worker = Worker
      syncBuiltinESMExports()
    },
  }
}

/** The types of Node 20 know the first of these. */
interface ModuleHooks {
  readonly register: (url: string) => void
  readonly registerHooks?: (hooks: object) => void
}

/** Runs in the worker, as text: nothing of this file is there. */
function lieInWait([name, atStart]: [name: string, atStart?: Harm]): void {
  const harms: Record<Harm, () => void> = {
    throw() {
      throw new Error('thrown on purpose')
    },
    exit: () => process.exit(7),
    'fill the heap'() {
      for (const filled: unknown[] = []; ;) filled.push(new Array(1e4).fill(0.5))
    },
    'find no module'() {
      const hooks = {
        resolve(
          this: void,
          name: string,
          context: unknown,
          next: (name: string, context: unknown) => unknown,
        ) {
          if (name === 'pg') throw new Error('Cannot find package pg')
          return next(name, context)
        },
      }
      const { register, registerHooks } = process.getBuiltinModule('node:module') as ModuleHooks
      // Node 26 warns of the older one, which takes the text of a module.
      if (registerHooks === undefined)
        register(`data:text/javascript,${encodeURIComponent(`export function ${String(hooks.resolve)}`)}`)
      else registerHooks(hooks)
    },
    'find no memory'() {
      globalThis.ArrayBuffer = new Proxy(ArrayBuffer, {
        construct(target, [size]: [number]) {
          if (size > 150_000) throw new RangeError('Array buffer allocation failed')
          return new target(size)
        },
      })
    },
    'fail before anything else'() {
      throw new Error('thrown on purpose')
    },
  }
  if (atStart) harms[atStart]()
  const channel = new (process.getBuiltinModule('node:worker_threads').BroadcastChannel)(name)
  channel.onmessage = (message) => harms[(message as { data: Harm }).data]()
  channel.unref()
}
