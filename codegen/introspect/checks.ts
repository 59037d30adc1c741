import type { Client } from 'pg'

/** A CHECK that looks at one column, or one of a domain. */
export interface CheckRow {
  /** The table; 0 for a domain. */
  readonly relation: number
  /** Of the column; 0 for a domain. */
  readonly number: number
  /** Of the column; empty for a domain. */
  readonly column: string
  /** The domain; 0 for a column. */
  readonly domain: number
  /** As the server prints it: `CHECK ((status = ANY (ARRAY['a'::text, 'b'::text])))`. */
  readonly definition: string
}

/**
 * The CHECK constraints that hold for every row: none that is NOT VALID, not enforced, or left behind by what inherits.
 * Nor one inherited of such: a table made behind it has it valid, and no dump says so. None of columns whose collation takes
 * different texts for equal, and of foreign tables, whose rows nobody checks.
 */
export async function readChecks(client: Client, relations: readonly number[]): Promise<CheckRow[]> {
  const { rows } = await client.query<CheckRow>(
    `
    select
      c.conrelid as relation,
      coalesce(a.attnum, 0) as number,
      coalesce(a.attname::text, '') as column,
      c.contypid as domain,
      pg_get_constraintdef(c.oid) as definition
    from pg_constraint c
    left join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
    left join pg_class r on r.oid = c.conrelid
    left join pg_type t on t.oid = c.contypid
    left join pg_collation l on l.oid = coalesce(a.attcollation, t.typcollation)
    where c.contype = 'c' and c.convalidated and not c.connoinherit
      and (c.contypid <> 0 or (c.conrelid = any($1::oid[]) and cardinality(c.conkey) = 1))
      and coalesce(l.collisdeterministic, true)
      and not exists (
        with recursive ancestors as (
          select inhparent as oid from pg_inherits where inhrelid = c.conrelid
          union
          select inhparent from pg_inherits join ancestors on inhrelid = ancestors.oid
        )
        select from ancestors
        join pg_constraint inherited on inherited.conrelid = ancestors.oid and inherited.conname = c.conname
        where inherited.contype = 'c' and not inherited.convalidated
      )
      and coalesce(r.relkind <> 'f', true)
    order by c.conrelid, c.contypid, c.conname::text collate "C"
    `,
    [relations],
  )
  return rows
}
