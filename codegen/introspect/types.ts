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
  /** Of a domain: it refuses nulls. */
  readonly not_null: boolean
  /** Of a domain: a column without a default of its own has this one. */
  readonly has_default: boolean
  readonly labels: string[]
  readonly comment: string | null
}

/** Every type of the database: columns name some, and those are made of others. */
export async function readTypes(client: Client): Promise<TypeRow[]> {
  // An array type is the one some type names as its own; int2vector has elements but is none.
  const { rows } = await client.query<TypeRow>(`
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
      t.typrelid as relation,
      t.typtype = 'd' and t.typnotnull as not_null,
      t.typdefault is not null as has_default,
      array(
        select e.enumlabel::text from pg_enum e where e.enumtypid = t.oid order by e.enumsortorder
      ) as labels,
      coalesce(obj_description(t.oid, 'pg_type'), obj_description(nullif(t.typrelid, 0), 'pg_class')) as comment
    from pg_type t
    join pg_namespace n on n.oid = t.typnamespace
    left join pg_type element on element.typarray = t.oid
    left join pg_range r on r.rngtypid = t.oid
    left join pg_range m on m.rngmultitypid = t.oid
    order by n.nspname::text collate "C", t.typname::text collate "C"
  `)
  return rows
}
