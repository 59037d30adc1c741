/* eslint-disable no-console -- It is what the soak script says. */
import { setTimeout as sleep } from 'node:timers/promises'
import Table from 'cli-table3'
import type { Proxy } from '../postgres/support/proxy.js'
import type { Chaos } from './chaos.js'
import { runFates } from './fate.js'
import { promise } from './failures.js'
import { planOf } from './plan.js'
import { crashServer } from './restart.js'
import { measureMemory, type Memory } from './memory.js'
import { runSyncFates } from './sync-child.js'
import { addTally, emptyTally, type Tally } from './tally.js'
import { World } from './world.js'

const REPORT_MS = 30_000
/** Streams after which everything has to be as it was. */
const ROUND = 200
const LATE_ROUND = 40
const SYNC_ROUND = 200
const LANES = 6

export interface SoakOptions {
  readonly url: string
  readonly proxy: Proxy
  readonly seed: number
  readonly minutes: number
  /** Networks that do mischief, to reads and to writes that are checked row by row. */
  readonly chaos: readonly Chaos[]
  /** The server is ours, and may be made to start anew. */
  readonly canRestart: boolean
}

/** Rounds of streams until the time is over, alone and over a late network, and synchronous ones beside them. */
export class Soak {
  readonly #options: SoakOptions
  readonly #worlds: readonly World[]
  readonly #sync = emptyTally()
  readonly #start = performance.now()
  readonly #uncaught: unknown[] = []
  #next = 0
  #restarts = 0
  #broken = false
  #first: Memory | undefined

  constructor(options: SoakOptions) {
    this.#options = options
    const { url, proxy } = options
    this.#worlds = [
      new World({ url, application: 'soak' }),
      new World({ url, application: 'late soak', proxy }),
    ]
    const note = (error: unknown) => void this.#uncaught.push(error)
    process.on('unhandledRejection', note).on('uncaughtException', note).on('warning', note)
  }

  /** @throws {@link BrokenPromise} for the first promise that is broken. */
  async run(): Promise<void> {
    const reports = setInterval(() => void this.#report(), REPORT_MS)
    try {
      const lanes = [
        ...this.#worlds.map((world, index) => this.#lane(world, index === 0 ? ROUND : LATE_ROUND)),
        this.#syncLane(),
        this.#restartLane(),
        ...this.#options.chaos.map((chaos) => this.#chaosLane(chaos)),
      ]
      const stop = (error: unknown) => {
        this.#broken = true
        throw error
      }
      await Promise.all(lanes.map((lane) => lane.catch(stop)))
      const ledgers = this.#options.chaos.map(({ ledger }) => ledger)
      await ledgers[0]?.compareAll(ledgers)
    } finally {
      clearInterval(reports)
    }
  }

  async close(): Promise<void> {
    for (const each of [...this.#worlds, ...this.#options.chaos]) {
      if (!this.#broken) await each.close()
      await each[Symbol.asyncDispose]()
    }
  }

  printSummary(): void {
    const { ends, errors, ...figures } = this.#sum()
    const table = new Table({ style: { head: [], border: [] } })
    table.push(...Object.entries(ends).map(([name, count]) => [`fate: ${name}`, count]))
    table.push(...Object.entries(errors).map(([name, count]) => [`error: ${name}`, count]))
    table.push(...Object.entries(figures).map(([name, value]) => [name, Math.round(value * 10) / 10]))
    const last = measureMemory()
    table.push(['server restarts', this.#restarts], ['minutes', this.#minutes().toFixed(1)])
    table.push([
      'heap after gc, MB, at minute 1 and at the end',
      `${this.#first?.heap ?? '?'} → ${last.heap}`,
    ])
    table.push(['rss, MB, at minute 1 and at the end', `${this.#first?.rss ?? '?'} → ${last.rss}`])
    for (const { name, figures, ledger } of this.#options.chaos)
      for (const counts of [...Object.values(figures), ledger.found])
        table.push(...Object.entries(counts).map(([key, count]) => [`${name}: ${key}`, count]))
    table.push(['seed', this.#options.seed])
    console.log(table.toString())
  }

  async #lane(world: World, round: number): Promise<void> {
    while (!this.#isOver()) {
      const from = this.#take(round)
      const { seed } = this.#options
      const plans = Array.from({ length: round }, (_, index) =>
        planOf({ seed, number: from + index, canReset: world.proxy !== undefined, isSync: false }),
      )
      await runFates(world, plans, LANES)
      promise(this.#uncaught.length === 0, 'An error that nobody caught, or a warning.', this.#uncaught[0])
    }
  }

  async #chaosLane(chaos: Chaos): Promise<void> {
    const take = (count: number) => this.#take(count)
    const isOver = () => {
      promise(this.#uncaught.length === 0, 'An error that nobody caught, or a warning.', this.#uncaught[0])
      return this.#isOver()
    }
    await chaos.run(take, isOver)
  }

  async #syncLane(): Promise<void> {
    const { url, seed } = this.#options
    while (!this.#isOver()) {
      const restarts = this.#restarts
      const from = this.#take(SYNC_ROUND)
      const tally = await runSyncFates({
        url,
        application: 'synchronous soak',
        seed,
        from,
        count: SYNC_ROUND,
      })
      const { losses, cuts, cancelled, cancels } = tally
      promise(
        restarts !== this.#restarts || losses <= cuts,
        `${losses} connections were lost, and ${cuts} cut.`,
      )
      promise(cancelled <= cancels, `${cancelled} queries were cancelled, and ${cancels} were meant to be.`)
      addTally(this.#sync, tally)
    }
  }

  /** A few times in all: the server ends every session, and starts anew. */
  async #restartLane(): Promise<void> {
    if (!this.#options.canRestart) return
    const every = (this.#options.minutes * 60_000) / 5
    for (let at = every; at < this.#options.minutes * 60_000 - 1; at += every) {
      while (!this.#isOver() && performance.now() - this.#start < at) await sleep(100)
      if (this.#isOver()) return
      this.#restarts++
      for (const world of this.#worlds) world.startOutage()
      await crashServer(this.#options.url)
    }
  }

  async #report(): Promise<void> {
    const { ends, errors, ...figures } = this.#sum()
    const memory = measureMemory()
    if (this.#minutes() >= 1) this.#first ??= memory
    const handles = process.getActiveResourcesInfo().length
    const sessions = (await Promise.all(this.#worlds.map(({ watch }) => watch.sessions()))).flat().length
    const { streams, rows, longestFreeMs, longestSettleMs } = figures
    console.log(
      `${this.#minutes().toFixed(1)} min: ${streams} streams, ${rows} rows, fates ${JSON.stringify(ends)}, ` +
        `errors ${JSON.stringify(errors)}, rss ${memory.rss} MB, heap ${memory.heap} MB, ${handles} handles, ` +
        `${sessions} sessions, ${this.#restarts} restarts, free after ${longestFreeMs.toFixed(1)} ms at most, ` +
        `settled after ${longestSettleMs.toFixed(0)} ms at most`,
    )
    for (const { name, ledger } of this.#options.chaos)
      console.log(`  ${name}: rows ${JSON.stringify(ledger.found)}`)
  }

  #sum(): Tally {
    const sum = emptyTally()
    for (const tally of [...this.#worlds.map((world) => world.tally), this.#sync]) addTally(sum, tally)
    return sum
  }

  #take(count: number): number {
    const from = this.#next
    this.#next += count
    return from
  }

  #minutes(): number {
    return (performance.now() - this.#start) / 60_000
  }

  #isOver(): boolean {
    return this.#broken || this.#minutes() >= this.#options.minutes
  }
}
