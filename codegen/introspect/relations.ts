import type { Client } from 'pg'
import type { TableKind } from '../../src/schema/table.js'

export interface RelationRow {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly kind: TableKind
  readonly comment: string | null
  /** The partitioned table this is a part of. */
  readonly partition_of: string | null
  /** The extension that brought it. */
  readonly extension: string | null
}

/** Everything rows can be read from, outside the server's own schemas. */
export async function readRelations(client: Client): Promise<RelationRow[]> {
  const { rows } = await client.query<RelationRow>(`
    select
      c.oid,
      n.nspname::text as schema,
      c.relname::text as name,
      case c.relkind
        when 'r' then 'table'
        when 'p' then 'partitioned table'
        when 'f' then 'foreign table'
        when 'v' then 'view'
        when 'm' then 'materialized view'
      end as kind,
      obj_description(c.oid, 'pg_class') as comment,
      case when c.relispartition then (
        select i.inhparent::regclass::text from pg_inherits i where i.inhrelid = c.oid
      ) end as partition_of,
      (
        select e.extname::text
        from pg_depend d
        join pg_extension e on e.oid = d.refobjid
        where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.objsubid = 0
          and d.refclassid = 'pg_extension'::regclass and d.deptype = 'e'
        limit 1
      ) as extension
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'f', 'v', 'm')
      and n.nspname !~ '^pg_'
      and n.nspname <> 'information_schema'
    order by n.nspname::text collate "C", c.relname::text collate "C"
  `)
  return rows
}
