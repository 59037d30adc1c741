import { open, stat } from 'node:fs/promises'
import { parseLog, type LogEntry } from './log-format.js'
import { testServer } from './test-server.js'

/** A statement the server was sent. */
export interface LoggedStatement {
  readonly pid: number
  /**
   * `simple`: by the simple protocol. `execute`: the first Execute of a portal. `fetch`: a later Execute of the same
   * portal, with the same text, which is not another query.
   */
  readonly kind: 'simple' | 'execute' | 'fetch'
  readonly sql: string
}

export interface ServerLog {
  /** The log's present end. The server writes a statement's entry before it answers, so nothing earlier is missed. */
  mark(): Promise<number>
  entriesSince(mark: number): Promise<LogEntry[]>
  /** Only the statements, BEGIN and COMMIT included, without what says whether to prepare them. */
  statementsSince(mark: number): Promise<LoggedStatement[]>
}

/** False on the server of DATABASE_URL, whose log cannot be read: for `describe.skipIf(!hasServerLog)`. */
export const hasServerLog = testServer.logFile !== undefined

/** What the server logs about one database. */
export function serverLog(database: { readonly name: string }): ServerLog {
  const path = testServer.logFile
  if (path === undefined) throw new Error('The log of the server of DATABASE_URL cannot be read.')
  const entriesSince = async (mark: number): Promise<LogEntry[]> =>
    parseLog(await readFrom(path, mark)).filter((entry) => entry.database === database.name)
  return {
    mark: async () => (await stat(path)).size,
    entriesSince,
    statementsSince: async (mark) => (await entriesSince(mark)).flatMap(toStatement),
  }
}

/** What a connection is asked once, when it is given back: not whatever a test looks for. */
const QUESTION = 'select pg_catalog.pg_backend_pid()'

function toStatement({ pid, severity, message }: LogEntry): LoggedStatement[] {
  if (severity !== 'LOG') return []
  const [prefix, simple, fetch] = /^(?:(statement)|execute (fetch from )?[^:]*): /.exec(message) ?? []
  if (prefix === undefined) return []
  const sql = message.slice(prefix.length)
  if (sql === QUESTION) return []
  return [{ pid, kind: simple ? 'simple' : fetch ? 'fetch' : 'execute', sql }]
}

async function readFrom(path: string, start: number): Promise<string> {
  await using file = await open(path)
  const chunks: Buffer[] = []
  for await (const chunk of file.createReadStream({ start, autoClose: false })) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
