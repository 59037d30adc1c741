import { sql } from 'kysely'
import type { QueryState } from '../../query/state.js'
import type { ColumnSchema } from '../../schema/table.js'
import { Operand } from '../../shape/operand.js'
import { comparableType, typeName } from '../cast.js'
import type { Sql } from '../compile.js'
import { compute } from '../expression/compute.js'
import { Scope } from '../scope.js'

/** How a table is partitioned, as {@link partitioning} has it in JSON. */
export interface Partitioning {
  /** By range, list or hash. */
  readonly strategy: 'r' | 'l' | 'h'
  readonly keys: readonly PartitionKey[]
  /** Its own partitions, with all that these are partitioned into; null where it has none. */
  readonly partitions: readonly { readonly bound: string; readonly bytes: number }[] | null
}

export interface PartitionKey {
  /** Of the column; null for an expression. */
  readonly name: string | null
  /** Whether it is compared as the column is: by its type's own order and the same collation. */
  readonly isPlain: boolean
  readonly collation: readonly [schema: string, name: string] | null
}

/** How the table is partitioned, in JSON; no row for a table that is not. */
export function partitioning({ table, schemas }: QueryState): Sql {
  const names = [schemas.placeOf(table), table.name].filter((name) => name !== '')
  const quoted = names.map((name) => `"${name.replaceAll('"', '""')}"`).join('.')
  return sql`select pg_catalog.json_build_object(
    'strategy', p.partstrat,
    'keys', (
      select pg_catalog.json_agg(pg_catalog.json_build_object(
        'name', a.attname,
        'isPlain', coalesce(o.opcdefault and a.attcollation = k.sorting, false),
        'collation', (
          select pg_catalog.json_build_array(n.nspname, c.collname) from pg_catalog.pg_collation c
            join pg_catalog.pg_namespace n on n.oid = c.collnamespace where c.oid = k.sorting)
      ) order by k.place)
      from unnest(p.partattrs::int2[], p.partcollation::oid[], p.partclass::oid[])
        with ordinality as k(number, sorting, class, place)
      join pg_catalog.pg_opclass o on o.oid = k.class
      left join pg_catalog.pg_attribute a on a.attrelid = p.partrelid and a.attnum = k.number),
    'partitions', (
      select pg_catalog.json_agg(pg_catalog.json_build_object(
        'bound', pg_catalog.pg_get_expr(c.relpartbound, c.oid),
        'bytes', (
          select coalesce(sum(pg_catalog.pg_relation_size(t.relid)), 0)
          from pg_catalog.pg_partition_tree(c.oid) as t where t.isleaf)))
      from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
      where i.inhparent = p.partrelid)
  )::"pg_catalog"."text" from pg_catalog.pg_partitioned_table p where p.partrelid = pg_catalog.to_regclass(${new Operand(quoted)})`
}

/** A field of a bound: `-1` for MINVALUE, `1` for MAXVALUE, else `0` and its value. */
export type BoundField = readonly [rank: -1 | 0 | 1, value: string | null]

/** Bounds in their own order: the place of each, counted from 0, and its values as those of its columns are read. */
export function boundValues(
  { table, schemas }: QueryState,
  columns: readonly ColumnSchema[],
  keys: readonly PartitionKey[],
  bounds: readonly (readonly BoundField[])[],
): Sql {
  const scope = Scope.root(table, schemas, { compute })
  const fields = columns.map(({ type }, index) => {
    const collation = keys[index]?.collation
    const collate = collation ? sql` collate ${sql.id(...collation)}` : sql``
    const name = typeName(scope, comparableType(type))
    return (value: string | null) => sql`cast(cast(${new Operand(value)} as text) as ${name})${collate}`
  })
  const rows = bounds.map((bound, place) => {
    const values = bound.map(([rank, value], index) => sql`${sql.lit(rank)}, ${fields[index]?.(value)}`)
    return sql`(${sql.lit(place)}::"pg_catalog"."int8", ${sql.join(values)})`
  })
  const values = columns.map((_, index) => sql.id(`v${index}`))
  const names = values.flatMap((value, index) => [sql.id(`r${index}`), value])
  return sql`select ${sql.join([sql.id('place'), ...values])} from (values ${sql.join(rows)}) as bound(place, ${sql.join(names)})
    order by ${sql.join(names)}`
}
