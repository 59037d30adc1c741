import { setTimeout as sleep } from 'node:timers/promises'
import { Numbers, Observer, open, type Opened, type OpenOptions } from '../postgres/support/fault-tables.js'
import { loop } from './loop.js'

const KNOWN_ROWS = 100

/** What a scenario works with: databases that are looked at when it has ended. */
export class World {
  /** Of a database with the tables of `fault-tables.ts`, which other scenarios use at the same time. */
  readonly url: string
  /** Every session of this process has it; made objects should have it in their names. */
  readonly name: string
  /** Sees and signals the sessions of this process alone. */
  readonly observer: Observer
  readonly #observers: Observer[]
  readonly #opened: Opened[] = []
  readonly #ends: (() => Promise<unknown>)[] = []
  readonly #left: Error[] = []
  readonly #warnings: string[] = []
  #expectedWarnings: string[] = []
  readonly #seeError = (error: unknown) => void this.#left.push(error as Error)
  readonly #seeWarning = ({ name, code, message }: Error & { code?: string }) =>
    void this.#warnings.push(code ?? `${name}: ${message}`)

  private constructor(url: string, name: string, observer: Observer) {
    this.url = url
    this.name = name
    this.observer = observer
    this.#observers = [observer]
    process.on('uncaughtException', this.#seeError)
    process.on('unhandledRejection', this.#seeError)
    process.on('warning', this.#seeWarning)
  }

  static async create(url: string, name: string): Promise<World> {
    return new World(url, name, await Observer.of({ url }, name))
  }

  /** A pool of one connection unless told otherwise, that is checked at the end. */
  open(options: OpenOptions & { readonly url?: string } = {}): Opened {
    const { url = this.url, ...others } = options
    const opened = open(url, { application_name: this.name, ...others })
    this.#opened.push(opened)
    return opened
  }

  /** Its connections lead nowhere any more, or it was destroyed as part of the scenario: there is no next query. */
  forget(opened: Opened): void {
    this.#opened.splice(this.#opened.indexOf(opened), 1)
  }

  /** Sees the sessions that have the name on another server, or in another database, which are to end as well. */
  async observe(url: string, name = this.name): Promise<Observer> {
    const observer = await Observer.of({ url }, name)
    this.#observers.push(observer)
    return observer
  }

  /** Ends something that has to be there until everything was looked at, such as a server; the last comes first. */
  atEnd(end: () => Promise<unknown>): void {
    this.#ends.unshift(end)
  }

  /** The process warnings that have to come, by code. */
  expectWarnings(...codes: string[]): void {
    this.#expectedWarnings = codes
  }

  /**
   * What has to be true whatever went wrong: the next query is right, connections are idle and none is taken, after
   * destroy() the server has no session of ours, nothing keeps the process, and nothing was thrown past everybody.
   */
  async check(): Promise<void> {
    for (const { db, pool } of this.#opened) {
      const { rows, error } = await loop(
        new Numbers(db).filter({ id: { lte: KNOWN_ROWS } }).aiterator({ chunkSize: 30 }),
      )
      if (error !== undefined) throw new Error('The next query fails.', { cause: error })
      if (rows !== KNOWN_ROWS) throw new Error(`The next query has ${rows} rows of ${KNOWN_ROWS}.`)
      if (pool.idleCount !== pool.totalCount || pool.waitingCount > 0)
        throw new Error(
          `Of ${pool.totalCount} connections ${pool.idleCount} are idle, ${pool.waitingCount} waited for.`,
        )
    }
    // What a loop has left is given up within closeTimeoutMs, and the server takes a moment to see that.
    await this.#until('idle sessions', (states) => states.every((state) => state === 'idle'))
    for (const { db } of this.#opened) await db.destroy()
    await this.#until('no session', (states) => states.length === 0)
    for (const observer of this.#observers) await observer[Symbol.asyncDispose]()
    for (const end of this.#ends) await end()
    await untilNothingKeeps()
    // What is garbage warns now, and not under another scenario.
    void global.gc?.()
    await sleep(1)
    process.off('uncaughtException', this.#seeError)
    process.off('unhandledRejection', this.#seeError)
    process.off('warning', this.#seeWarning)
    const [left] = this.#left
    if (left !== undefined) throw new Error('An error was thrown past everybody.', { cause: left })
    if (this.#warnings.join() !== this.#expectedWarnings.join())
      throw new Error(
        `Warnings: ${this.#warnings.join(', ')}; expected: ${this.#expectedWarnings.join(', ')}.`,
      )
  }

  async #until(what: string, isSo: (states: readonly string[]) => boolean): Promise<void> {
    const deadline = performance.now() + 6000
    for (;;) {
      const states = (await Promise.all(this.#observers.map((observer) => observer.states()))).flat()
      if (isSo(states)) return
      if (performance.now() > deadline)
        throw new Error(`Waited in vain for ${what}; there are: ${states.join(', ')}.`)
      await sleep(10)
    }
  }
}

/** Waits until the process would end by itself, but for the pipes that lead to the one that started it. */
async function untilNothingKeeps(): Promise<void> {
  const deadline = performance.now() + 6000
  for (;;) {
    // What has ended counts until the next turn.
    await sleep(1)
    const left = process.getActiveResourcesInfo().filter((resource) => !resource.startsWith('Pipe'))
    if (left.length === 0) return
    if (performance.now() > deadline) throw new Error(`Left behind: ${left.join(', ')}.`)
  }
}
