import type { CompiledQuery } from 'kysely'
import { explainClause, type ExplainOptions } from '../../query/explain-options.js'
import type { QueryState } from '../../query/state.js'
import { compile } from '../compile.js'
import { selectRows } from './select.js'

/** `EXPLAIN (options) SELECT …`, with the parameters of the query itself. */
export function compileExplain(state: QueryState, options: ExplainOptions): CompiledQuery {
  const query = compile((creator) => selectRows(creator, state))
  const clause = explainClause(options)
  return { ...query, sql: `explain ${clause === '' ? '' : `(${clause}) `}${query.sql}` }
}
