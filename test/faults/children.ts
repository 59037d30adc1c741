import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Request, Response } from './run-scenario.js'

/** How a scenario ended, or the process that tried it. */
export interface Ended {
  readonly outcome?: string
  readonly errors: string
  readonly exitCode: number | null
  /** It did not end in time. */
  readonly hung: boolean
}

/** Processes that each try one scenario after the other; one that fails takes its process with it. */
export class Children {
  readonly #program: string
  readonly #all = new Set<Child>()
  readonly #idle: Child[] = []

  constructor(program: string) {
    this.#program = program
  }

  async run(request: Request, deadlineMs: number): Promise<Ended> {
    const child = this.#idle.pop() ?? this.#start()
    const ended = await child.run(request, deadlineMs)
    if (ended.outcome !== undefined && ended.errors === '') this.#idle.push(child)
    else {
      this.#all.delete(child)
      child.kill()
    }
    return ended
  }

  /** Has nothing more for them to do, and waits until they have ended by themselves, or for the deadline. */
  end(deadlineMs: number): Promise<Ended[]> {
    return Promise.all([...this.#all].map((child) => child.end(deadlineMs)))
  }

  #start(): Child {
    const child = new Child(this.#program)
    this.#all.add(child)
    return child
  }
}

class Child {
  readonly #process: ChildProcess
  readonly #closed: Promise<unknown>
  #errors = ''

  constructor(program: string) {
    // Warnings are events that a scenario expects or fails by.
    const execArgv = ['--no-warnings', '--enable-source-maps', '--expose-gc']
    this.#process = fork(program, { execArgv, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    // Nothing is to be written at all.
    for (const output of [this.#process.stdout, this.#process.stderr])
      output?.on('data', (chunk: Buffer) => (this.#errors += chunk.toString()))
    this.#closed = once(this.#process, 'close')
  }

  async run(request: Request, deadlineMs: number): Promise<Ended> {
    const answered = once(this.#process, 'message') as Promise<[Response]>
    this.#process.send(request)
    return this.#until(
      Promise.race([answered, this.#closed.then(() => undefined)]).then((answer) => answer?.[0]),
      deadlineMs,
    )
  }

  end(deadlineMs: number): Promise<Ended> {
    // With disconnect() on this side there would be no 'close'.
    this.#process.send('end' satisfies Request)
    return this.#until(
      this.#closed.then(() => undefined),
      deadlineMs,
    )
  }

  kill(): void {
    this.#process.kill('SIGKILL')
  }

  async #until(answered: Promise<Response | undefined>, deadlineMs: number): Promise<Ended> {
    let hung = false
    const timer = setTimeout(() => {
      hung = true
      this.kill()
    }, deadlineMs)
    const { outcome, error = '' } = (await answered) ?? {}
    clearTimeout(timer)
    const errors = error + this.#errors
    return { errors, exitCode: this.#process.exitCode, hung, ...(outcome !== undefined && { outcome }) }
  }
}
