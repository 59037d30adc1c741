import type { CompiledQuery } from 'kysely'
import { abortSignal, checkOptions, flag, oneOf, type OptionChecks } from '../../options.js'
import type { QueryState } from '../../query/state.js'
import { compile } from '../compile.js'
import { selectRows } from './select.js'

/** Options of `explain`, as PostgreSQL's EXPLAIN has them. */
export interface ExplainOptions {
  /** Run the query and report what it took. Rows are read and thrown away; what it locks or writes, it does. */
  readonly analyze?: boolean
  /** What each node puts out, and names with their schemas. */
  readonly verbose?: boolean
  /** Estimated costs; default true. */
  readonly costs?: boolean
  /** Settings that are not at their defaults. */
  readonly settings?: boolean
  /** Blocks that were found in memory, and read; with `analyze` on by default from PostgreSQL 18. */
  readonly buffers?: boolean
  /** With `analyze`: WAL records. */
  readonly wal?: boolean
  /** With `analyze`: the time of each node; default true. */
  readonly timing?: boolean
  /** The time of planning; with `analyze` that of running, by default. */
  readonly summary?: boolean
  /** The planner's memory; PostgreSQL 17 and later. */
  readonly memory?: boolean
  /** `json` is parsed; the others are text. Default `text`. */
  readonly format?: ExplainFormat
  /** Cancels it on the server, and rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

/** How a plan is shown. */
export type ExplainFormat = 'text' | 'json' | 'xml' | 'yaml'

const CHECKS: OptionChecks<ExplainOptions> = {
  analyze: flag,
  verbose: flag,
  costs: flag,
  settings: flag,
  buffers: flag,
  wal: flag,
  timing: flag,
  summary: flag,
  memory: flag,
  format: oneOf('format', ['text', 'json', 'xml', 'yaml']),
  signal: abortSignal,
}

/**
 * `EXPLAIN (analyze true, format json) SELECT …`, with the parameters of the query itself.
 *
 * @throws {@link OptionError} for an unknown option or format, and for a flag that is neither true nor false.
 */
export function compileExplain(state: QueryState, options: ExplainOptions): CompiledQuery {
  const { signal: _signal, ...asked } = checkOptions(options, CHECKS, 'explain')
  const given = Object.entries(asked).filter(([, value]) => value !== undefined)
  const clause = given.map(([name, value]) => `${name} ${String(value)}`).join(', ')
  const query = compile((creator) => selectRows(creator, state))
  return { ...query, sql: `explain ${clause === '' ? '' : `(${clause}) `}${query.sql}` }
}
