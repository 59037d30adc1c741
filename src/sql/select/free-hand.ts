import type { Projection } from '../../query/projection.js'
import { projectionOf } from '../../query/projection.js'
import type { QueryState } from '../../query/state.js'
import { withValues } from '../../shape/shape.js'
import { freeHandColumn } from '../cast.js'
import type { Builder, Creator } from '../compile.js'
import { selectRows } from './select.js'

/** The SELECT of a queryset's rows for free-hand SQL to go on with: with its values, and columns as that reads them. */
export function selectFreeHand(creator: Creator, state: QueryState): Builder {
  const aliases = aliasesOf(projectionOf(state))
  return selectRows(creator, withValues(state), freeHandColumn, (position) => aliases[position] ?? '')
}

/** The names of the output columns: properties, and of joined rows numbers, since theirs may be those of others. */
export function aliasesOf({ outputs }: Projection): string[] {
  return outputs.map(({ alias, from }, position) => (from === undefined ? alias : `joined ${position}`))
}
