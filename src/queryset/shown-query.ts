import { asError } from '../errors.js'
import { sourceName, type QueryState } from '../query/state.js'
import { statementOf } from './run.js'

/** What is shown of a queryset: neither the values in it nor where it runs. */
export interface ShownQuery {
  /** `schema.name`. */
  readonly table: string
  readonly sql: string
  /** How many there are. */
  readonly parameters: number
}

export function shownQuery(state: QueryState): ShownQuery {
  const table = sourceName(state)
  try {
    const { sql, parameters } = statementOf(state).query
    return { table, sql, parameters: parameters.length }
  } catch (error) {
    // A log is no place to learn that a queryset cannot run.
    return { table, sql: `(${asError(error).message})`, parameters: 0 }
  }
}
