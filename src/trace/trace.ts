import type { CompiledQuery } from 'kysely'
import { tracingChannel, type Channel } from 'node:diagnostics_channel'
import type { HeldConnection } from '../connection/held/held-connection.js'
import type { Engine } from '../connection/engine.js'
import { elapsed } from '../real-timers.js'
import type { QueryTrace } from './query-trace.js'
import { serverOf } from './server.js'

type Message = { -readonly [Name in keyof QueryTrace]: QueryTrace[Name] }

/** What is known of a statement before it runs. */
export type Traced = Pick<QueryTrace, 'kind' | 'table'> & {
  readonly query: CompiledQuery
  readonly isSync?: boolean
}

const { start, end, asyncStart, asyncEnd, error } = tracingChannel<unknown, QueryTrace>('sluice:query')
const channels: readonly Channel[] = [start, end, asyncStart, asyncEnd, error]

/**
 * Whether anybody listens: looked at before anything is made for them. Node 20 has no such word for the five together.
 *
 * @param ofSync an engine with a statement of `iterator()`, of which Kysely's log hears by its trace.
 */
export function isTraced(ofSync?: Engine): boolean {
  if (ofSync?.logged !== undefined) return true
  for (const channel of channels) if (channel.hasSubscribers) return true
  return false
}

/** One statement, as those who listen hear of it; its making is its start. */
export class Trace {
  readonly #message: Message
  readonly #startedAt = elapsed()
  #waitingSince: number | undefined
  /** What of the fetches was waiting for a connection. */
  #waited = 0
  #isOver = false
  readonly #logged: ((ms: number, error: unknown) => void) | undefined

  constructor(engine: Engine, { kind, table, query, isSync = false }: Traced) {
    const { sql, parameters } = query
    if (isSync && engine.logged !== undefined) this.#logged = engine.logged.bind(undefined, query)
    this.#message = {
      kind,
      isSync,
      operation: (/[a-z]+/i.exec(sql)?.[0] ?? '').toUpperCase(),
      table,
      sql,
      parameterCount: parameters.length,
      server: serverOf(engine),
      rows: 0,
      chunks: 0,
      firstRowMs: undefined,
      waitMs: isSync ? undefined : 0,
      fetchMs: 0,
      durationMs: undefined,
    }
    start.publish(this.#message)
    end.publish(this.#message)
  }

  /** A connection is asked for. */
  waits(): void {
    this.#waitingSince = elapsed()
  }

  connected({ server }: Pick<HeldConnection, 'server'>): void {
    this.#endWaiting()
    this.#message.server = server
  }

  /** Waited for before the start. */
  waited(ms: number): void {
    this.#message.waitMs = (this.#message.waitMs ?? 0) + ms
  }

  /** Rows have come. */
  fetched(rows: number): void {
    this.#message.rows += rows
    if (rows === 0) return
    this.#message.chunks++
    this.#message.firstRowMs ??= elapsed() - this.#startedAt
  }

  /** Rows were written, of which none come back. */
  wrote(rows: number): void {
    this.#message.rows += rows
  }

  /** Waits for rows, or for what else the server answers. */
  async fetching<T>(task: () => Promise<T>): Promise<T> {
    const from = elapsed()
    try {
      return await this.#within(task)
    } finally {
      this.#message.fetchMs += elapsed() - from
    }
  }

  fetchingSync<T>(task: () => T): T {
    const from = elapsed()
    try {
      return this.#within(task)
    } finally {
      this.#message.fetchMs += elapsed() - from
    }
  }

  fail(reason: unknown): void {
    if (this.#isOver) return
    this.#message.error = reason
    error.publish(this.#message)
    this.over()
  }

  /** Once, whoever says so first. */
  over(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#endWaiting()
    const message = this.#message
    message.fetchMs -= this.#waited
    message.durationMs = elapsed() - this.#startedAt
    asyncStart.publish(message)
    asyncEnd.publish(message)
    this.#logged?.(message.fetchMs, message.error)
  }

  #endWaiting(): void {
    if (this.#waitingSince === undefined) return
    const ms = elapsed() - this.#waitingSince
    this.#waitingSince = undefined
    this.#waited += ms
    this.waited(ms)
  }

  #within<T>(task: () => T): T {
    const { within } = this.#message
    return within === undefined ? task() : within(task)
  }
}

/** Runs what a trace is of, if it is listened to. */
export function traced<T>(trace: Trace | undefined, task: () => Promise<T>): Promise<T> {
  return trace === undefined ? task() : heard(trace, task)
}

async function heard<T>(trace: Trace, task: () => Promise<T>): Promise<T> {
  try {
    const result = await trace.fetching(task)
    trace.over()
    return result
  } catch (error) {
    trace.fail(error)
    throw error
  }
}
