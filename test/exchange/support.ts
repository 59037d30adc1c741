import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client, type QueryResultRow } from 'pg'
import { type Outcome, sluiceWith } from '../codegen/cli-support.js'
import { temporaryFolder } from '../codegen/support.js'
import type { Bundle } from '../support/bundle.js'
import { createTestDatabase, type SchemaName } from '../support/database.js'

/** A database, and a folder where the command line runs with it. */
export class Workshop implements AsyncDisposable {
  readonly #folder = temporaryFolder()
  readonly #client: Client

  private constructor(
    readonly url: string,
    readonly drop: () => Promise<void>,
  ) {
    this.#client = new Client(url)
  }

  static async open(sql: string, schema: SchemaName = 'none'): Promise<Workshop> {
    const database = await createTestDatabase({ schema })
    const workshop = new Workshop(database.url, () => database.drop())
    await workshop.#client.connect()
    await workshop.query(sql)
    return workshop
  }

  async query<Row extends QueryResultRow>(sql: string): Promise<Row[]> {
    const { rows } = await this.#client.query<Row>(sql)
    return rows
  }

  sluice(...args: string[]): Promise<Outcome> {
    return sluiceWith(this.url, this.#folder.path, ...args)
  }

  /** The real command, in a process of its own. */
  start(programs: Bundle, args: readonly string[], shell?: string): Run {
    const command = [process.execPath, programs.path('codegen/cli.ts'), ...args]
    const [file = '', ...rest] =
      shell === undefined ? command : ['sh', '-c', `${shell}; exec "$@"`, 'sh', ...command]
    const child = spawn(file, rest, {
      cwd: this.#folder.path,
      env: { ...process.env, DATABASE_URL: this.url },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    return new Run(child)
  }

  path(name: string): string {
    return join(this.#folder.path, name)
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8')
  }

  write(name: string, text: string | Uint8Array): void {
    writeFileSync(this.path(name), text)
  }

  get files(): string[] {
    return readdirSync(this.#folder.path).sort()
  }

  /** Everything in a table, in the order of its text. */
  async rowsOf(table: string): Promise<string[]> {
    const rows = await this.query<{ row: string }>(`select t::text as row from ${table} t order by 1`)
    return rows.map(({ row }) => row)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end()
    await this.drop()
    this.#folder[Symbol.dispose]()
  }
}

/** A process, with what it has written so far. */
export class Run {
  stdout = ''
  stderr = ''
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>

  constructor(readonly child: ChildProcess) {
    child.stdout?.on('data', (data: Buffer) => (this.stdout += data.toString()))
    child.stderr?.on('data', (data: Buffer) => (this.stderr += data.toString()))
    this.ended = new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => resolve({ code, signal }))
    })
  }
}
