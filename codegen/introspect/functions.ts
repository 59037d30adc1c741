import type { Client } from 'pg'

export interface FunctionRow {
  readonly schema: string
  readonly name: string
  /** With the types of what it takes: `public.search(text, integer)`, its name as it is. */
  readonly types: string
  readonly kind: 'f' | 'p'
  readonly comment: string | null
  readonly strict: boolean
  readonly volatile: boolean
  readonly returns_set: boolean
  /** The type that it gives. */
  readonly returns: number
  /** The relation that has the columns of that type; 0 where it has none. */
  readonly returns_relation: number
  /** The name of that type where it is a pseudo-type. */
  readonly returns_pseudo: string | null
  /** Of what it takes and gives as parameters, the first pseudo-type. */
  readonly pseudo: string | null
  readonly parameter_types: number[]
  /** `i`, `o`, `b`, `v` and `t`; null where all are `i`. */
  readonly modes: string[] | null
  readonly names: string[] | null
  /** How many of the last that it takes have a default. */
  readonly defaults: number
}

/** Functions and procedures that people have made: none of extensions, no aggregates, window functions and triggers. */
export async function readFunctions(client: Client): Promise<FunctionRow[]> {
  // What came with a type, such as the constructor of a range, hangs on it.
  const { rows } = await client.query<FunctionRow>(`
    select
      n.nspname::text as schema,
      p.proname::text as name,
      oidvectortypes(p.proargtypes) as types,
      p.prokind::text as kind,
      obj_description(p.oid, 'pg_proc') as comment,
      p.proisstrict as strict,
      p.provolatile = 'v' as volatile,
      p.proretset as returns_set,
      p.prorettype as returns,
      r.typrelid as returns_relation,
      case when r.typtype = 'p' then r.typname::text end as returns_pseudo,
      (
        select t.typname::text
        from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality as each (type, place)
        join pg_type t on t.oid = each.type
        where t.typtype = 'p'
        order by each.place
        limit 1
      ) as pseudo,
      coalesce(p.proallargtypes, p.proargtypes::oid[]) as parameter_types,
      p.proargmodes::text[] as modes,
      p.proargnames::text[] as names,
      p.pronargdefaults::int4 as defaults
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    join pg_type r on r.oid = p.prorettype
    where p.prokind in ('f', 'p')
      and n.nspname !~ '^pg_'
      and n.nspname <> 'information_schema'
      and r.typname not in ('trigger', 'event_trigger')
      and not exists (
        select from pg_depend d
        where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype in ('e', 'i')
      )
    order by n.nspname::text collate "C", p.proname::text collate "C", oidvectortypes(p.proargtypes) collate "C"
  `)
  return rows
}
