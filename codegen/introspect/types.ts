import type { Client } from 'pg'

export interface TypeRow {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly kind: 'base' | 'array' | 'enum' | 'domain' | 'range' | 'multirange' | 'composite'
  /** What it is made of: element, base, subtype, or the range of a multirange; 0 when none. */
  readonly part: number
  /** The relation that has a composite's attributes as columns; 0 for other kinds. */
  readonly relation: number
  /** PostgreSQL itself has a type of this name, be it another one. */
  readonly has_built_in_name: boolean
  /** Of a domain: it refuses nulls. */
  readonly not_null: boolean
  /** Of a domain: a column without a default of its own has this one. */
  readonly has_default: boolean
  /** Of a domain: what it is over, as SQL writes it, with its length or precision; else null. */
  readonly base_sql_type: string | null
  readonly labels: string[]
  readonly comment: string | null
}

/**
 * The types of the columns of the given relations, further ones, and all that these are made of. Not every type of the database: each
 * table and each partition brings two.
 */
export async function readTypes(
  client: Client,
  relations: readonly number[],
  further: readonly number[] = [],
): Promise<TypeRow[]> {
  // An array type is the one some type names as its own; int2vector has elements but is none.
  const { rows } = await client.query<TypeRow>(
    `
    with recursive used (oid) as (
      select first.oid
      from (
        select a.atttypid from pg_attribute a
        where a.attrelid = any($1::oid[]) and a.attnum > 0 and not a.attisdropped
        union all
        select unnest($2::oid[])
      ) as first (oid)
      union
      select part.oid
      from used u
      join pg_type t on t.oid = u.oid
      cross join lateral (
        select t.typelem
        union all select t.typbasetype
        union all select r.rngsubtype from pg_range r where r.rngtypid = t.oid
        union all select m.rngtypid from pg_range m where m.rngmultitypid = t.oid
        union all select a.atttypid from pg_attribute a
        where t.typtype = 'c' and a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
      ) as part (oid)
      where part.oid <> 0
    )
    select
      t.oid,
      n.nspname::text as schema,
      t.typname::text as name,
      case
        when element.oid is not null then 'array'
        when t.typtype = 'e' then 'enum'
        when t.typtype = 'd' then 'domain'
        when t.typtype = 'r' and r.rngtypid is not null then 'range'
        when t.typtype = 'm' and m.rngtypid is not null then 'multirange'
        when t.typtype = 'c' then 'composite'
        else 'base'
      end as kind,
      coalesce(element.oid, nullif(t.typbasetype, 0), r.rngsubtype, m.rngtypid, 0) as part,
      case t.typtype when 'c' then t.typrelid else 0 end as relation,
      exists (
        select from pg_type own where own.typname = t.typname and own.typnamespace = 'pg_catalog'::regnamespace
      ) as has_built_in_name,
      t.typtype = 'd' and t.typnotnull as not_null,
      t.typdefault is not null as has_default,
      case t.typtype when 'd' then format_type(t.typbasetype, t.typtypmod) end as base_sql_type,
      array(
        select e.enumlabel::text from pg_enum e where e.enumtypid = t.oid order by e.enumsortorder
      ) as labels,
      coalesce(obj_description(t.oid, 'pg_type'), obj_description(nullif(t.typrelid, 0), 'pg_class')) as comment
    from used u
    join pg_type t on t.oid = u.oid
    join pg_namespace n on n.oid = t.typnamespace
    left join pg_type element on element.oid = t.typelem and element.typarray = t.oid
    left join pg_range r on r.rngtypid = t.oid
    left join pg_range m on m.rngmultitypid = t.oid
    order by n.nspname::text collate "C", t.typname::text collate "C"
    `,
    [relations, further],
  )
  return rows
}
