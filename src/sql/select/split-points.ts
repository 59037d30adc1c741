import { sql } from 'kysely'
import type { QueryState } from '../../query/state.js'
import type { ColumnSchema } from '../../schema/table.js'
import { comparableRef } from '../cast.js'
import type { Sql } from '../compile.js'
import { compileCondition } from '../condition.js'
import { compute } from '../expression/compute.js'
import { Scope } from '../scope.js'

/** Where to look for the points at which rows are to be parted. */
export interface Splitting {
  readonly state: QueryState
  /** The fields of a key, in whose order they are parted. */
  readonly key: readonly ColumnSchema[]
  readonly parts: number
  /** How much of the table is looked at. Default: all of it. */
  readonly percent?: number
}

/**
 * The last key of each part but the last, and how many rows there were to tell it by: `SELECT … FROM (SELECT …,
 * row_number() OVER (ORDER BY …), count(*) OVER () FROM t TABLESAMPLE SYSTEM (…) WHERE …) …`.
 */
export function splitPoints({ state, key, parts, percent }: Splitting): Sql {
  const scope = Scope.root(state.table, state.schemas, { compute })
  const names = key.map((_, index) => sql.id(`k${index}`))
  const values = key.map((column, index) => sql`${scope.columnRef(column)} as ${names[index]}`)
  const order = sql.join(key.map((column) => comparableRef(scope, column)))
  const conditions = state.conditions.map((condition) => compileCondition(scope, condition))
  const where = conditions.length === 0 ? sql`` : sql` where ${sql.join(conditions, sql` and `)}`
  const sample = percent === undefined ? sql`` : sql` tablesample system (${sql.lit(percent)})`
  const numbered = sql`select ${sql.join(values)}, row_number() over (order by ${order}) as r, count(*) over () as n
    from ${scope.tableRef()}${sample}${where}`
  const count = sql.lit(parts)
  return sql`select ${sql.join([...names, sql`n`])} from (${numbered}) as numbered
    where r < n and r * ${count} / n > (r - 1) * ${count} / n order by r`
}

/** How many blocks the table has. */
export function blockCount({ table, schemas }: QueryState): Sql {
  const scope = Scope.root(table, schemas, { compute })
  const size = sql`pg_relation_size(${sql.id(scope.alias, 'tableoid')}::regclass)`
  return sql`select ${size} / current_setting('block_size')::"pg_catalog"."int8" from ${scope.tableRef()} limit 1`
}
