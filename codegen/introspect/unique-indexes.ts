import type { Client } from 'pg'
import type { CatalogTable, CatalogUniqueIndex } from './catalog.js'

export interface UniqueIndexRow {
  readonly relation: number
  readonly name: string
  readonly primary: boolean
  /** What is checked as each row is written, and not at the end of the transaction: ON CONFLICT takes no other. */
  readonly immediate: boolean
  /** In key order: a column, or else an expression as SQL. */
  readonly keys: readonly { readonly column: string | null; readonly sql: string }[]
  /** The condition of the rows that it is of, as SQL. */
  readonly predicate: string | null
}

/** Unique indexes that are finished, those of primary keys and constraints included. */
export async function readUniqueIndexes(
  client: Client,
  relations: readonly number[],
): Promise<UniqueIndexRow[]> {
  const { rows } = await client.query<UniqueIndexRow>(
    `
    select
      i.indrelid as relation,
      c.relname::text as name,
      i.indisprimary as primary,
      i.indimmediate as immediate,
      (
        select json_agg(
          json_build_object(
            'column', a.attname::text,
            'sql', pg_get_indexdef(i.indexrelid, key.position::int4, false)
          )
          order by key.position
        )
        from unnest(i.indkey::int2[]) with ordinality as key (number, position)
        left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = key.number and key.number <> 0
        where key.position <= i.indnkeyatts
      ) as keys,
      pg_get_expr(i.indpred, i.indrelid) as predicate
    from pg_index i
    join pg_class c on c.oid = i.indexrelid
    where i.indrelid = any($1::oid[]) and i.indisunique and i.indisvalid
    order by i.indrelid, c.relname::text collate "C"
    `,
    [relations],
  )
  return rows
}

/** What a table's rows are told apart by. */
export function uniqueKeysOf(
  indexes: readonly UniqueIndexRow[],
): Pick<CatalogTable, 'primaryKey' | 'uniqueKeys' | 'uniqueIndexes'> {
  const total = indexes.flatMap(({ primary, keys, predicate }) => {
    const columns = keys.flatMap(({ column }) => column ?? [])
    return predicate === null && columns.length === keys.length ? [{ primary, columns }] : []
  })
  const primaryKey = total.find(({ primary }) => primary)?.columns ?? []
  // Each set of columns once.
  const others = new Map(total.map(({ columns }) => [JSON.stringify(columns), columns]))
  others.delete(JSON.stringify(primaryKey))
  return { primaryKey, uniqueKeys: [...others.values()], uniqueIndexes: indexes.flatMap(toUniqueIndex) }
}

function toUniqueIndex({ name, immediate, keys, predicate }: UniqueIndexRow): CatalogUniqueIndex[] {
  if (!immediate) return []
  const parts = keys.map(({ column, sql }) => (column === null ? { sql } : column))
  return [{ name, keys: parts, ...(predicate !== null && { predicate }) }]
}
