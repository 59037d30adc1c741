import type { QueryState } from '../../query/state.js'
import { withValues } from '../../shape/shape.js'
import { freeHandColumn } from '../cast.js'
import type { Builder, Creator } from '../compile.js'
import { selectRows } from './select.js'

/** The SELECT of a queryset's rows for free-hand SQL to go on with: with its values, and columns as that reads them. */
export function selectFreeHand(creator: Creator, state: QueryState): Builder {
  return selectRows(creator, withValues(state), freeHandColumn)
}
