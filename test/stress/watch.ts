import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { isDatabaseError } from '../../src/pg/database-error.js'

const PATIENCE_MS = 60_000

/** Looks at the sessions of one application, and interferes with them; connects again when it is cut off itself. */
export class Watch implements AsyncDisposable {
  readonly #url: string
  readonly #application: string
  #client: Promise<pg.Client> | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(url: string, application: string) {
    this.#url = url
    this.#application = application
  }

  /** Runs a statement after those before it, again where the server was not there. */
  query<R extends object>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    const result = this.#last.then(() => this.#run<R>(sql, values))
    this.#last = result.catch(() => {})
    return result
  }

  /** How many sessions there are of the application, by their state. */
  async sessions(): Promise<string[]> {
    const rows = await this.query<{ state: string | null }>(
      `select state from pg_stat_activity where ${OF_APPLICATION} order by state`,
      [this.#application],
    )
    return rows.map(({ state }) => state ?? 'starting')
  }

  /** Ends one of the sessions, whichever. How many it met. */
  kill(): Promise<number> {
    return this.#signal('pg_terminate_backend', 'order by random() limit 1')
  }

  /** Cancels what one of the sessions is running, whichever. */
  cancel(): Promise<number> {
    return this.#signal('pg_cancel_backend', `and state = 'active' order by random() limit 1`)
  }

  /** Cancels what has gone to sleep. */
  wake(): Promise<number> {
    return this.#signal('pg_cancel_backend', `and wait_event = 'PgSleep'`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const client = await this.#client
    await client?.end()
  }

  async #signal(name: string, which: string): Promise<number> {
    const sql = `select ${name}(pid) as met from (select pid from pg_stat_activity where ${OF_APPLICATION} ${which}) one`
    const rows = await this.query<{ met: boolean }>(sql, [this.#application])
    return rows.filter(({ met }) => met).length
  }

  async #run<R extends object>(sql: string, values: readonly unknown[]): Promise<R[]> {
    const until = Date.now() + PATIENCE_MS
    for (;;) {
      try {
        const client = await (this.#client ??= this.#connect())
        return (await client.query<R>(sql, [...values])).rows
      } catch (error) {
        if (isDatabaseError(error) && !error.code?.startsWith('57P')) throw error
        if (Date.now() > until) throw error
        const client = this.#client
        this.#client = undefined
        await client?.then((each) => each.end()).catch(() => {})
        await sleep(50)
      }
    }
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client(this.#url)
    client.on('error', () => {})
    await client.connect()
    return client
  }
}

const OF_APPLICATION = `datname = current_database() and application_name = $1 and backend_type = 'client backend'`
