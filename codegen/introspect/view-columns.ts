import type { Client } from 'pg'
import { isList, type Node, nodesOf, readNodeTree } from './node-tree.js'
import type { Place } from './place.js'

/** A view's column that is a column of a table, or of another view. */
export interface ViewColumn extends Place {
  readonly origin: Place
  /** There may be rows where it is NULL and that is not. */
  readonly mayBeNull: boolean
}

interface ViewRow {
  readonly relation: number
  readonly query: string
}

/**
 * The columns of views of which it is certain where they come from. A materialized view is left out: what it holds may
 * be from a time when the table's column still took nulls.
 */
export async function readViewColumns(client: Client, relations: readonly number[]): Promise<ViewColumn[]> {
  const { rows } = await client.query<ViewRow>(
    `
    select r.ev_class as relation, r.ev_action::text as query
    from pg_rewrite r
    join pg_class c on c.oid = r.ev_class
    where r.ev_class = any($1::oid[]) and c.relkind = 'v' and r.rulename = '_RETURN'
    order by r.ev_class
    `,
    [relations],
  )
  return rows.flatMap(({ relation, query }) => columnsOf(relation, query))
}

/** None of a view with a set operation anywhere, whose columns are of several tables. */
function columnsOf(relation: number, text: string): ViewColumn[] {
  const tree = readNodeTree(text)
  let mayBeNull = false
  for (const node of nodesOf(tree)) {
    if (hasField(node, 'QUERY', 'setOperations')) return []
    mayBeNull ||= makesNulls(node)
  }
  const [query] = nodesOf(tree)
  const targets = query?.name === 'QUERY' ? query.fields.get('targetList') : undefined
  if (!isList(targets)) return []
  return targets.flatMap((target) => {
    if (typeof target === 'string' || isList(target)) return []
    const expression = target.fields.get('expr')
    const isColumn = typeof expression === 'object' && 'name' in expression && expression.name === 'VAR'
    const origin = { relation: numberOf(target, 'resorigtbl'), number: numberOf(target, 'resorigcol') }
    if (!isColumn || origin.relation <= 0 || origin.number <= 0) return []
    return [{ relation, number: numberOf(target, 'resno'), origin, mayBeNull }]
  })
}

/** An outer join, or grouping sets. */
function makesNulls(node: Node): boolean {
  if (node.name === 'JOINEXPR') return node.fields.get('jointype') !== '0'
  return hasField(node, 'QUERY', 'groupingSets')
}

function hasField({ name, fields }: Node, of: string, field: string): boolean {
  return name === of && fields.get(field) !== '<>'
}

export function numberOf(node: Node, field: string): number {
  return Number(node.fields.get(field))
}
