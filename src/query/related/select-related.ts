import { UsageError } from '../../errors.js'
import type { TableSchema } from '../../schema/table.js'
import {
  change,
  refuseAfterCombining,
  refuseAfterValues,
  type QueryState,
  type RelatedSelection,
} from '../state.js'
import { refuseTooDeep } from '../too-deep.js'
import { stepOf } from './path.js'
import { qualifiedName } from '../../schema/qualified-name.js'

/** Joins the rows of to-one relations into the rows; paths such as `author.company` go on from there. */
export function selectRelated(state: QueryState, paths: readonly string[]): QueryState {
  refuseAfterValues(state, 'selectRelated')
  refuseAfterCombining(state, 'selectRelated')
  if (paths.length === 0) {
    throw new UsageError(`selectRelated of ${qualifiedName(state.table)} takes the names of relations.`)
  }
  let { related } = state.selection
  for (const path of paths)
    related = refuseTooDeep('The path', () => addPath(state, state.table, related, path))
  return change(state, { selection: { ...state.selection, related } })
}

function addPath(
  state: QueryState,
  table: TableSchema,
  related: readonly RelatedSelection[],
  path: string,
): RelatedSelection[] {
  const { relation, rest } = stepOf(table, path, ['one'])
  const present = related.find((each) => each.relation === relation)
  const target = present ?? { relation, table: state.schemas.table(relation.target), related: [] }
  const deeper =
    rest === undefined ? target : { ...target, related: addPath(state, target.table, target.related, rest) }
  return present === undefined
    ? [...related, deeper]
    : related.map((each) => (each === present ? deeper : each))
}
