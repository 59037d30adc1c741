import { randomBytes } from 'node:crypto'
import type { Field } from '../../rows/field.js'
import type { ReportedSettings } from '../../settings/reported-settings.js'

/**
 * The use of the same SQL on a connection that prepares it, as pgjdbc's `prepareThreshold` and psycopg's
 * `prepare_threshold` have it: what runs once or twice is not worth a name, its memory and its Close.
 */
const PREPARED_AT = 5

/** Longer SQL is not prepared, in characters: its plan would be large as well. As asyncpg's `max_cacheable_statement_size`. */
const LONGEST = 15 * 1024

/** How many statements are counted for each that may be prepared. */
const COUNTED = 4

/** Refused so often, SQL is prepared no more: a pooler may go on with a plan of its own that is out of date. */
const MOST_REFUSALS = 2

/** What neither changes what names stand for nor removes prepared statements, by the tags of commands. */
const HARMLESS =
  /^(?:SELECT|INSERT|UPDATE|DELETE|MERGE|FETCH|MOVE|COPY|BEGIN|START TRANSACTION|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SHOW|EXPLAIN|DECLARE|CLOSE|LOCK|LISTEN|UNLISTEN|NOTIFY|PREPARE|SET CONSTRAINTS)\b/
const SETS = /^(?:SET|RESET)\b/

/** Names are never those of another process: behind a pooler they may meet on one connection to the server. */
const PREFIX = `sluice_${randomBytes(6).toString('hex')}`
let prepared = 0

/** A statement that the server keeps under a name. */
export class PreparedStatement {
  readonly name = `${PREFIX}_${++prepared}`
  readonly sql: string
  #formats: readonly number[] = []
  /** Empty while it was not described, and for one that returns none. */
  #columns: readonly Field[] = []

  constructor(sql: string) {
    this.sql = sql
  }

  described(columns: readonly Field[], formats: readonly number[]): void {
    this.#columns = columns
    this.#formats = formats
  }

  /** The columns as they were described, the same list each time; undefined where they were not for these formats. */
  columnsIn(formats: readonly number[]): readonly Field[] | undefined {
    if (this.#columns.length === 0) return undefined
    const held = this.#formats
    if (formats === held) return this.#columns
    if (formats.length !== held.length || formats.some((format, index) => format !== held[index]))
      return undefined
    return this.#columns
  }
}

/** How a dialect has statements prepared. */
export interface Preparing {
  /** How many may be on one connection. */
  readonly most: number
  /** Whether the server keeps them for the connection, where that is not to be found out. */
  readonly areKept?: boolean | undefined
}

interface Usage {
  uses: number
  refusals: number
}

/**
 * The statements that a connection has prepared, the least recently used first. The server itself plans them anew when a
 * table or the search_path changes, and refuses one whose result would be of other types. What is left to us is that no
 * statement is used for which that is to be expected: all are forgotten with a command that may have done it.
 */
export class PreparedStatements {
  /** Whether they are the connection's own, or may be missing with the next statement; undefined while it is not known. */
  areKept: boolean | undefined
  /** Something would be prepared, if that were known. */
  isInDoubt = false
  readonly #settings: ReportedSettings
  readonly #statements = new Map<string, PreparedStatement>()
  readonly #usages = new Map<string, Usage>()
  /** Names that the server does not know yet to be done with. */
  #closing: string[] = []
  #searchPath: string | undefined
  /** Until the transaction ends, what it has changed may be taken back. */
  #isUnsettled = false

  constructor(settings: ReportedSettings) {
    this.#settings = settings
  }

  /** The statement of this SQL, if it is prepared. */
  find(sql: string): PreparedStatement | undefined {
    this.#followSearchPath()
    const found = this.#statements.get(sql)
    if (found === undefined || this.#statements.size === 1) return found
    this.#statements.delete(sql)
    this.#statements.set(sql, found)
    return found
  }

  /** Counts a use of SQL that is not prepared, and says whether it is to be by that. */
  isDue(sql: string, { most, areKept = this.areKept }: Preparing): boolean {
    if (areKept === false || this.#isUnsettled || sql.length > LONGEST) return false
    const usage = this.#usageOf(sql, most)
    usage.uses++
    if (areKept === undefined && usage.uses >= PREPARED_AT - 1) this.isInDoubt = true
    return areKept === true && usage.uses >= PREPARED_AT && usage.refusals < MOST_REFUSALS
  }

  /** The server has it. */
  add(statement: PreparedStatement, { most }: Preparing): void {
    // Should it fall out, it has to earn its place again.
    this.#usageOf(statement.sql, most).uses = 0
    // Two that were sent one behind the other may both have had it prepared.
    const other = this.#statements.get(statement.sql)
    if (other !== undefined) this.#drop(other)
    for (const oldest of this.#statements.values()) {
      if (this.#statements.size < most) break
      this.#drop(oldest)
    }
    this.#statements.set(statement.sql, statement)
  }

  /** The server could not go on with it. */
  refused(statement: PreparedStatement, { most }: Preparing): void {
    if (this.#statements.get(statement.sql) === statement) this.#drop(statement)
    this.#usageOf(statement.sql, most).refusals++
  }

  /** The names to be closed with what is sent next. */
  closing(): readonly string[] {
    if (this.#closing.length === 0) return this.#closing
    const names = this.#closing
    this.#closing = []
    return names
  }

  /** Somebody's command has run on the connection. */
  ran(tag: string): void {
    if (HARMLESS.test(tag)) return
    if (SETS.test(tag) && this.#isPathReported) return
    this.unsettle()
  }

  /** What names stand for, or what is prepared, may have changed. */
  unsettle(): void {
    this.#isUnsettled = true
    this.#forget()
  }

  transactionEnded(): void {
    this.#isUnsettled = false
  }

  /** As PostgreSQL 18 and later do. */
  get #isPathReported(): boolean {
    return this.#settings.get('search_path') !== undefined
  }

  #followSearchPath(): void {
    const path = this.#settings.get('search_path')
    if (path === this.#searchPath) return
    this.#searchPath = path
    this.#forget()
  }

  #forget(): void {
    for (const statement of this.#statements.values()) this.#drop(statement)
    this.#usages.clear()
  }

  #drop({ sql, name }: PreparedStatement): void {
    this.#statements.delete(sql)
    this.#closing.push(name)
  }

  #usageOf(sql: string, most: number): Usage {
    const known = this.#usages.get(sql)
    if (known !== undefined) return known
    if (this.#usages.size >= most * COUNTED) this.#usages.delete(this.#usages.keys().next().value ?? '')
    const usage = { uses: 0, refusals: 0 }
    this.#usages.set(sql, usage)
    return usage
  }
}
