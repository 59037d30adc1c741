import type { Client } from 'pg'
import { groupBy } from '../group-by.js'
import { readOnly } from './connection.js'
import { isList, type Node, nodesOf, readNodeTree, type Value } from './node-tree.js'
import { numberOf } from './view-columns.js'

/** A column of a table or view, by its names in SQL. */
export interface ColumnPlace {
  readonly schema: string
  readonly table: string
  readonly column: string
}

/** Where the rows and columns of a view come from, as far as it can be seen; values may be NULL nevertheless. */
export interface ViewOrigin {
  readonly schema: string
  readonly name: string
  /** By column. */
  readonly columns: ReadonlyMap<string, ColumnPlace>
  /** The only table or view that it reads from: each of its rows is in the view at most once. */
  readonly rowsOf: { readonly schema: string; readonly table: string } | undefined
  /** The columns that it groups by, if it is by columns that it has. */
  readonly groupedBy: readonly string[]
}

interface ViewRow {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly query: string
}

interface PlaceRow extends ColumnPlace {
  readonly relation: number
  readonly number: number
}

/** The origins of all views of a database, materialized ones among them. */
export function readViewOrigins(url: string): Promise<ViewOrigin[]> {
  return readOnly(url, async (client) => {
    const views = await readViews(client)
    const parsed = views.map((view) => ({ view, query: queryOf(view.query) }))
    const used = parsed.flatMap(({ view, query }) => [view.oid, ...(query?.used ?? [])])
    const places = groupBy(await readPlaces(client, [...new Set(used)]), ({ relation }) => relation)
    const placeOf = (relation: number, number: number) =>
      places.get(relation)?.find((each) => each.number === number)
    return parsed.map(({ view, query }): ViewOrigin => {
      const nameOf = (number: number) => placeOf(view.oid, number)?.column
      const columns = (query?.columns ?? []).flatMap(
        ({ number, relation, origin }): [string, ColumnPlace][] => {
          const [name, place] = [nameOf(number), placeOf(relation, origin)]
          return name === undefined || place === undefined ? [] : [[name, place]]
        },
      )
      const source = query?.rowsOf === undefined ? undefined : places.get(query.rowsOf)?.[0]
      const grouped = query?.groupedBy.map(nameOf) ?? []
      return {
        ...{ schema: view.schema, name: view.name, columns: new Map(columns) },
        rowsOf: source && { schema: source.schema, table: source.table },
        groupedBy: grouped.flatMap((name) => name ?? []),
      }
    })
  })
}

interface ParsedQuery {
  readonly columns: readonly { readonly number: number; readonly relation: number; readonly origin: number }[]
  readonly rowsOf: number | undefined
  readonly groupedBy: readonly number[]
  /** The OIDs of all relations above. */
  readonly used: readonly number[]
}

/** The outermost query of a view's rule. */
function queryOf(text: string): ParsedQuery | undefined {
  const [query] = nodesOf(readNodeTree(text))
  if (query?.name !== 'QUERY') return undefined
  const targets = nodesIn(query.fields.get('targetList'))
  const columns = targets
    .map((target) => ({
      number: numberOf(target, 'resno'),
      relation: numberOf(target, 'resorigtbl'),
      origin: numberOf(target, 'resorigcol'),
    }))
    .filter(({ relation, origin }) => relation > 0 && origin > 0)
  const rowsOf = query.fields.get('hasTargetSRFs') === 'false' ? onlySource(query) : undefined
  return {
    ...{ columns, rowsOf, groupedBy: groupsOf(query, targets) },
    used: [...columns.map(({ relation }) => relation), ...(rowsOf === undefined ? [] : [rowsOf])],
  }
}

/** The relation that is all of FROM. */
function onlySource({ fields }: Node): number | undefined {
  const [tree] = nodesIn([fields.get('jointree') ?? ''])
  const [from, ...others] = nodesIn(tree?.fields.get('fromlist'))
  if (from?.name !== 'RANGETBLREF' || others.length > 0) return undefined
  const entry = nodesIn(fields.get('rtable'))[numberOf(from, 'rtindex') - 1]
  return entry?.fields.get('rtekind') === '0' ? numberOf(entry, 'relid') : undefined
}

/** The numbers of the columns that rows are grouped by; none where they are grouped by something else as well. */
function groupsOf({ fields }: Node, targets: readonly Node[]): number[] {
  if (fields.get('groupingSets') !== '<>' || fields.get('hasTargetSRFs') !== 'false') return []
  const references = nodesIn(fields.get('groupClause')).map((group) => numberOf(group, 'tleSortGroupRef'))
  const grouped = references.map((reference) =>
    targets.find(
      (target) =>
        numberOf(target, 'ressortgroupref') === reference && target.fields.get('resjunk') === 'false',
    ),
  )
  return grouped.includes(undefined)
    ? []
    : grouped.flatMap((target) => (target ? numberOf(target, 'resno') : []))
}

function nodesIn(value: Value | undefined): Node[] {
  if (!isList(value)) return []
  return value.flatMap((each) => (typeof each === 'string' || isList(each) ? [] : [each]))
}

async function readViews(client: Client): Promise<ViewRow[]> {
  const { rows } = await client.query<ViewRow>(`
    select c.oid, n.nspname::text as schema, c.relname::text as name, r.ev_action::text as query
    from pg_rewrite r
    join pg_class c on c.oid = r.ev_class
    join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('v', 'm') and r.rulename = '_RETURN'
      and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    order by n.nspname::text collate "C", c.relname::text collate "C"
  `)
  return rows
}

async function readPlaces(client: Client, relations: readonly number[]): Promise<PlaceRow[]> {
  const { rows } = await client.query<PlaceRow>(
    `
    select
      a.attrelid as relation,
      a.attnum as number,
      n.nspname::text as schema,
      c.relname::text as table,
      a.attname::text as column
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    join pg_namespace n on n.oid = c.relnamespace
    where a.attrelid = any($1::oid[]) and a.attnum > 0 and not a.attisdropped
    order by a.attrelid, a.attnum
    `,
    [relations],
  )
  return rows
}
