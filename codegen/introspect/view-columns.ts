import type { Client } from 'pg'
import { isList, type Node, nodesOf, readNodeTree } from './node-tree.js'
import type { Place } from './place.js'

/** A view's column that is a column of a table, or of another view, in every row. */
export interface ViewColumn extends Place {
  readonly origin: Place
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

/** None of a view with an outer join, a set operation or grouping sets anywhere: these make nulls of their own. */
function columnsOf(relation: number, text: string): ViewColumn[] {
  const tree = readNodeTree(text)
  for (const node of nodesOf(tree)) if (makesNulls(node)) return []
  const [query] = nodesOf(tree)
  const targets = query?.name === 'QUERY' ? query.fields.get('targetList') : undefined
  if (!isList(targets)) return []
  return targets.flatMap((target) => {
    if (typeof target === 'string' || isList(target)) return []
    const expression = target.fields.get('expr')
    const isColumn = typeof expression === 'object' && 'name' in expression && expression.name === 'VAR'
    const origin = { relation: numberOf(target, 'resorigtbl'), number: numberOf(target, 'resorigcol') }
    if (!isColumn || origin.relation <= 0 || origin.number <= 0) return []
    return [{ relation, number: numberOf(target, 'resno'), origin }]
  })
}

function makesNulls({ name, fields }: Node): boolean {
  if (name === 'JOINEXPR') return fields.get('jointype') !== '0'
  return name === 'QUERY' && (fields.get('setOperations') !== '<>' || fields.get('groupingSets') !== '<>')
}

export function numberOf(node: Node, field: string): number {
  return Number(node.fields.get(field))
}
