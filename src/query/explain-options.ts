import { OptionError } from '../errors.js'
import { show } from './lookups/operand.js'

/** Options of `explain`, as PostgreSQL's EXPLAIN has them. */
export interface ExplainOptions {
  /** Run the query and report what it took. Rows are read and thrown away; what it locks or writes, it does. */
  readonly analyze?: boolean
  readonly verbose?: boolean
  /** Estimated costs; default true. */
  readonly costs?: boolean
  /** Settings that are not at their defaults. */
  readonly settings?: boolean
  readonly buffers?: boolean
  /** With `analyze`: WAL records. */
  readonly wal?: boolean
  /** With `analyze`: the time of each node; default true. */
  readonly timing?: boolean
  readonly summary?: boolean
  /** The planner's memory; PostgreSQL 17 and later. */
  readonly memory?: boolean
  /** `json` is parsed; the others are text. Default `text`. */
  readonly format?: ExplainFormat
}

export type ExplainFormat = 'text' | 'json' | 'xml' | 'yaml'

const FLAGS = ['analyze', 'verbose', 'costs', 'settings', 'buffers', 'wal', 'timing', 'summary', 'memory']
const FORMATS = ['text', 'json', 'xml', 'yaml']

/**
 * The option list of EXPLAIN: `analyze true, format json`.
 *
 * @throws {@link OptionError} for an unknown option or format, and for a flag that is neither true nor false.
 */
export function explainClause(options: ExplainOptions): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return given.map(([name, value]: [string, unknown]) => `${name} ${String(checked(name, value))}`).join(', ')
}

function checked(name: string, value: unknown): unknown {
  if (name === 'format') {
    if (typeof value === 'string' && FORMATS.includes(value)) return value
    const given = typeof value === 'string' ? JSON.stringify(value) : show(value)
    throw new OptionError(`explain() has no format ${given}. Choices: ${FORMATS.join(', ')}.`)
  }
  if (!FLAGS.includes(name)) {
    throw new OptionError(`explain() has no option "${name}". Choices: ${[...FLAGS, 'format'].join(', ')}.`)
  }
  if (typeof value !== 'boolean') throw new OptionError(`The option ${name} of explain() is true or false.`)
  return value
}
