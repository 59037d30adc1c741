import { UsageError } from '../../errors.js'
import { change, refuseAfter, type QueryState, type RelatedSelection } from '../state.js'
import { refuseTooDeep } from '../too-deep.js'
import { stepOf } from './path.js'
import { qualifiedName } from '../../schema/qualified-name.js'
import type { SchemaRegistry } from '../../schema/registry.js'
import type { RelationSchema, TableSchema } from '../../schema/table.js'

/**
 * Joins the rows of to-one relations into the rows; paths such as `author.company` go on from there. What is joined
 * already stays as it is, narrowed or not.
 */
export function selectRelated(state: QueryState, paths: readonly string[]): QueryState {
  refuseAfter(state, 'selectRelated', 'values', 'union')
  if (paths.length === 0) {
    throw new UsageError(`selectRelated of ${qualifiedName(state.table)} takes the names of relations.`)
  }
  const { schemas, selection } = state
  const from = { table: state.table, related: selection.related }
  const at = refuseTooDeep('The path', () => paths.reduce((to, path) => withPath(schemas, to, path), from))
  return change(state, { selection: { ...selection, related: at.related } })
}

function whole(relation: RelationSchema, table: TableSchema): RelatedSelection {
  return { relation, table, columns: table.columns, related: [] }
}

function withPath<Joined extends Pick<RelatedSelection, 'table' | 'related'>>(
  schemas: SchemaRegistry,
  to: Joined,
  path: string,
): Joined {
  const { relation, rest } = stepOf(to.table, path, true)
  const present = to.related.find((each) => each.relation === relation)
  const target = present ?? whole(relation, schemas.table(relation.target))
  const deeper = rest === undefined ? target : withPath(schemas, target, rest)
  const others = to.related.map((each) => (each === present ? deeper : each))
  return { ...to, related: present === undefined ? [...others, deeper] : others }
}
