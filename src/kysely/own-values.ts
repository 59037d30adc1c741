import type { QueryExecutor } from 'kysely'
import { changingStatements } from './changed-statements.js'
import type { Binding } from './handle.js'
import { withOwnValues } from './read-request.js'

/** The executor of a binding, whose free-hand SQL has our values, whatever the dialect says. */
export function ownValues({ executor, engine }: Binding): QueryExecutor {
  if (engine.values === 'sluice' && engine.areValuesChosen) return executor
  return changingStatements(executor, { executed: withOwnValues, streamed: withOwnValues })
}
