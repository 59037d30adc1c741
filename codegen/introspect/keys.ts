import type { Client } from 'pg'

export interface ForeignKeyRow {
  readonly relation: number
  readonly name: string
  readonly comment: string | null
  /** The row that is referred to is certain to be there to be read. */
  readonly holds: boolean
  readonly columns: string[]
  readonly target: number
  readonly target_columns: string[]
}

/** Foreign keys as declared, without the copies that partitions have of them. */
export async function readForeignKeys(
  client: Client,
  relations: readonly number[],
): Promise<ForeignKeyRow[]> {
  // One that is NOT ENFORCED is never valid, one on a table says nothing of the rows of those that inherit from it, and
  // row-level security may hide what is referred to. The jsonb detour reads a column of PostgreSQL 18: a key with PERIOD
  // compares by overlap, not by equality.
  const { rows } = await client.query<ForeignKeyRow>(
    `
    select
      f.conrelid as relation,
      f.conname::text as name,
      obj_description(f.oid, 'pg_constraint') as comment,
      f.convalidated
        and not target.relrowsecurity
        and not exists (
          select from pg_inherits i
          join pg_class heir on heir.oid = i.inhrelid and not heir.relispartition
          where i.inhparent = f.conrelid
        ) as holds,
      array(
        select a.attname::text
        from unnest(f.conkey) with ordinality as key (number, position)
        join pg_attribute a on a.attrelid = f.conrelid and a.attnum = key.number
        order by key.position
      ) as columns,
      f.confrelid as target,
      array(
        select a.attname::text
        from unnest(f.confkey) with ordinality as key (number, position)
        join pg_attribute a on a.attrelid = f.confrelid and a.attnum = key.number
        order by key.position
      ) as target_columns
    from pg_constraint f
    join pg_class target on target.oid = f.confrelid
    where f.contype = 'f' and f.conparentid = 0
      and f.conrelid = any($1::oid[]) and f.confrelid = any($1::oid[])
      and coalesce((to_jsonb(f) ->> 'conperiod')::bool, false) = false
    order by f.conrelid, f.conname::text collate "C"
    `,
    [relations],
  )
  return rows
}
