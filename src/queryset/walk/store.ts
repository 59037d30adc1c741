import { recognise, version } from '../../copies.js'
import { SchemaDriftError, UsageError } from '../../errors.js'
import { explainFailure } from '../../failure/query-failure.js'
import { bindingOf, type Binding, type KyselyHandle } from '../../kysely/handle.js'
import { checkOptions, type OptionCheck, type OptionChecks } from '../../options.js'
import { sqlStateOf } from '../../pg/database-error.js'
import { onConnection, run } from '../../transaction/statements.js'

/** Where {@link walkStore} has its table. */
export interface WalkStoreOptions {
  /** Default `'sluice_walks'`. */
  readonly table?: string
  /** Default `'public'`. */
  readonly schema?: string
}

/** How far a walk is, as its store has it. */
export interface WalkStatus {
  /** The name of the walk. */
  readonly name: string
  /** `running` while somebody has it, `stopped` where nobody has, `failed` where it ended by an error. */
  readonly state: 'running' | 'stopped' | 'failed' | 'completed'
  /** Rows that are done, those that were left out included, of all runs together. */
  readonly rows: number
  /** Batches that are done, of all runs together. */
  readonly batches: number
  /** Rows that `onFailedRow` has let it leave out. */
  readonly skipped: number
  /** How many rows the planner expected when the walk was begun. */
  readonly estimate: number
  /** What it goes on behind. */
  readonly checkpoint: string
  /** The message of the error that it ended by last, if it was one. */
  readonly failure: string | null
  /** When it was begun. */
  readonly startedAt: Date
  /** When its last batch was done. */
  readonly advancedAt: Date | null
  /** When its last row was done; null before. */
  readonly completedAt: Date | null
}

const name: OptionCheck = (value) =>
  typeof value === 'string' && value !== '' ? undefined : 'must be a name, which is not empty'

const CHECKS: OptionChecks<WalkStoreOptions> = { table: name, schema: name }

/** As the server sends them: a row of the table. */
export interface StoredWalk {
  readonly name: string
  readonly checkpoint: string
  readonly rows: string
  readonly batches: string
  readonly skipped: string
  readonly estimate: string
  readonly failure: string | null
  readonly started_at: Date
  readonly advanced_at: Date | null
  readonly completed_at: Date | null
  readonly is_held: boolean
}

/** What is read of a walk. */
export const WALK_COLUMNS = `name, checkpoint, rows::text, batches::text, skipped::text, estimate::text, failure, started_at,
  advanced_at, completed_at, walker IS NOT NULL AND lease_until > clock_timestamp() AS is_held`

/** The table in which walks with a name keep how far they are. */
export class WalkStore {
  // Not to be printed with it.
  readonly #binding: Binding
  /** Its name in SQL. @internal */
  readonly table: string

  /** @internal By `walkStore()`. */
  constructor(binding: Binding, { table = 'sluice_walks', schema = 'public' }: WalkStoreOptions) {
    this.#binding = binding
    this.table = `${identifier(schema)}.${identifier(table)}`
  }

  /** @internal */
  get binding(): Binding {
    return this.#binding
  }

  /** What {@link create} runs, for migrations of yours. */
  get ddl(): string {
    return `CREATE TABLE IF NOT EXISTS ${this.table} (
  name text PRIMARY KEY,
  checkpoint text NOT NULL,
  rows bigint NOT NULL DEFAULT 0,
  batches bigint NOT NULL DEFAULT 0,
  skipped bigint NOT NULL DEFAULT 0,
  estimate bigint NOT NULL DEFAULT 0,
  failure text,
  walker uuid,
  lease_until timestamptz,
  started_at timestamptz NOT NULL DEFAULT now(),
  advanced_at timestamptz,
  completed_at timestamptz
) WITH (fillfactor = 50)`
  }

  /** Makes the table, if it is not there: see {@link ddl}. */
  async create(): Promise<void> {
    try {
      await this.ask(this.ddl)
    } catch (error) {
      // Another has made it at the same moment, which IF NOT EXISTS does not see.
      if (!['23505', '42P07'].includes(sqlStateOf(error) ?? '')) throw error
      await this.ask(this.ddl)
    }
  }

  /** How far a walk is; null where none of this name was begun. */
  async status(name: string): Promise<WalkStatus | null> {
    const [walk] = await this.ask<StoredWalk>(`SELECT ${WALK_COLUMNS} FROM ${this.table} WHERE name = $1`, [
      name,
    ])
    return walk === undefined ? null : statusOf(walk)
  }

  /** All walks, the last one begun first. */
  async list(): Promise<WalkStatus[]> {
    const walks = await this.ask<StoredWalk>(
      `SELECT ${WALK_COLUMNS} FROM ${this.table} ORDER BY started_at DESC, name`,
    )
    return walks.map(statusOf)
  }

  /**
   * Forgets a walk, so that one of its name begins anew. One that is under way ends by a {@link WalkError}.
   *
   * @returns whether there was one.
   */
  async forget(name: string): Promise<boolean> {
    const gone = await this.ask(`DELETE FROM ${this.table} WHERE name = $1 RETURNING name`, [name])
    return gone.length > 0
  }

  /** Runs a statement on the table. @internal */
  async ask<Row>(
    sql: string,
    parameters: readonly unknown[] = [],
    { executor }: Pick<Binding, 'executor'> = this.#binding,
  ): Promise<readonly Row[]> {
    try {
      // What comes back is what the statement asks for.
      return (await onConnection(executor, (one) => run(one, sql, parameters))) as readonly Row[]
    } catch (error) {
      throw this.#explained(error, sql)
    }
  }

  #explained(error: unknown, sql: string): unknown {
    const sqlState = sqlStateOf(error)
    if (sqlState === '42P01') {
      return new UsageError(
        `There is no table ${this.table} for walks: make it by walkStore(db).create(), or by its ddl in a migration.`,
        { cause: error },
      )
    }
    if (sqlState !== '42703')
      return explainFailure(error, { table: this.table, sql, rowsDelivered: 0, action: 'writing' })
    return new SchemaDriftError(
      `The table ${this.table} lacks a column that walks need: compare it with the ddl of walkStore(db).`,
      { cause: error },
      { table: this.table, sql, sqlState },
    )
  }
}

/**
 * The store of walks with a name: one table in the database of `db`, which `create()` makes.
 *
 * ```ts
 * const store = walkStore(db)
 * await store.create()
 * const { state, rows, estimate } = (await store.status('send-invoices')) ?? {}
 * ```
 *
 * @throws {@link OptionError}; {@link UsageError} when the instance is on another dialect.
 */
export function walkStore(db: KyselyHandle, options: WalkStoreOptions = {}): WalkStore {
  return new WalkStore(bindingOf(db), checkOptions(options, CHECKS, 'walkStore'))
}

export function statusOf(walk: StoredWalk): WalkStatus {
  const { name, checkpoint, failure, is_held, started_at, advanced_at, completed_at } = walk
  const idle = failure === null ? 'stopped' : 'failed'
  return {
    ...{ name, checkpoint, failure },
    state: completed_at === null ? (is_held ? 'running' : idle) : 'completed',
    rows: Number(walk.rows),
    batches: Number(walk.batches),
    skipped: Number(walk.skipped),
    estimate: Number(walk.estimate),
    startedAt: started_at,
    advancedAt: advanced_at,
    completedAt: completed_at,
  }
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

recognise({ WalkStore }, `@${version}`)
