import { sql } from 'kysely'
import type { Sql } from '../compile.js'
import { equal } from '../operator.js'
import { comparableValue } from '../cast.js'
import type { Scope } from '../scope.js'
import { keyValue, onConflict, type IndexKey, type OnConflict } from './conflict.js'
import { insertRows } from './insert.js'
import { givenRows } from './given-rows.js'
import type { ColumnCells } from './unnest.js'

type Conflict = Exclude<OnConflict, { readonly kind: 'fail' }>

/** Whether a row that was written is new, and the conflict that says so. */
interface Told {
  readonly conflict: Conflict
  readonly isNew: Sql
}

/** One that was there has been locked, which its new version remembers. */
function told(scope: Scope, conflict: Conflict): Told {
  if (scope.table.kind !== 'partitioned table' || conflict.kind === 'ignore')
    return { conflict, isNew: sql`(${sql.id(scope.alias, 'xmax')} = 0)` }
  return toldBySetting(conflict)
}

const SETTING = "'sluice.updated'"

/**
 * Rows of a partitioned table come back without what the system remembers of them. The condition of the update, which is
 * looked at before each row comes back, leaves a note that is taken away with the row.
 */
function toldBySetting(conflict: Extract<Conflict, { readonly kind: 'update' }>): Told {
  const note = (value: string): Sql => sql`set_config(${sql.raw(SETTING)}, ${sql.lit(value)}, true)`
  const isNoted = sql`coalesce(current_setting(${sql.raw(SETTING)}, true), '') = 'yes'`
  return {
    conflict: { ...conflict, noted: note('yes') },
    isNew: sql`(case when ${isNoted} then ${note('')} is null else true end)`,
  }
}

/** `WITH written AS (INSERT … ON CONFLICT … RETURNING …) SELECT count(*) …`. */
export function insertCounted(
  scope: Scope,
  columns: readonly ColumnCells[],
  count: number,
  conflict: Conflict,
): Sql {
  const written = scope.freeAlias()
  const { isNew, ...by } = told(scope, conflict)
  const insert = insertRows(scope, columns, count, { ...by, returning: false })
  return sql`with ${sql.id(written)}(inserted) as (${insert} returning ${isNew})
    select count(*) filter (where inserted), count(*) filter (where not inserted) from ${sql.id(written)}`
}

/**
 * `WITH given AS (SELECT … FROM unnest(…)), written AS (INSERT … SELECT … FROM given ON CONFLICT … RETURNING …) SELECT … FROM
 * given FULL JOIN written ON key = key`: the rows that were given beside those that were written.
 */
export function insertWithOutcomes(
  scope: Scope,
  columns: readonly ColumnCells[],
  count: number,
  conflict: Conflict,
): Sql {
  const { keys } = conflict.target ?? { keys: [] }
  const { isNew, ...by } = told(scope, conflict)
  const { given, written, place } = namesOf(scope)
  const returned = scope.table.columns.map((_, index) => sql.id(`c${index}`))
  const keyNames = keys.map((_, index) => `k${index}`)
  const keyIds = keyNames.map((name) => sql.id(name))
  const bare = scope.bare()
  const keyValues = keys.map((key) => comparable(scope, keyValue(bare, key), key))
  const all = sql.join([...scope.table.columns.map((column) => scope.columnRef(column)), isNew, ...keyValues])
  const names = sql.join([...returned, sql.id('inserted'), ...keyIds])
  const match = keys.map((key, index) => {
    const [left, right] = ['g', 'w'].map((alias) => sql`${sql.id(alias, `k${index}`)}`)
    return isSame(key, left, right)
  })
  // Of rows with one key the first is written.
  const first = conflict.kind === 'ignore' ? sql` and g.nth = w.first` : sql``
  const open = sql`(${sql.join(
    keyNames.map((name) => sql`${sql.id('g', name)} is null`),
    sql` or `,
  )})`
  const rows = sql.join([sql`g.place`, open, sql`w.inserted`, ...returned.map((column) => sql`w.${column}`)])
  return sql`with ${sql.id(given)} as materialized (${givenRows(scope, columns, { count, place })}),
    ${sql.id(written)}(${names}) as (
      ${insertFrom(scope, columns, given, place)}${onConflict(scope, by.conflict)} returning ${all}
    )
    select ${rows} from (
      select ${sql.join([sql`${sql.id(place)} as place`, ...keyIds, sql`row_number() over (partition by ${sql.join(keyIds)} order by ${sql.id(place)}) as nth`])}
      from (select ${sql.join([sql.id(place), ...keyValues.map((value, index) => sql`${value} as ${keyIds[index]}`)])} from ${sql.id(given)}) as keyed
    ) as g full join (select *, row_number() over () as nth, 1::"pg_catalog"."int8" as first from ${sql.id(written)}) as w on ${sql.join(match, sql` and `)}${first}
    order by g.place, w.nth`
}

/** Names that no column of the table and nothing else in the statement has. */
function namesOf(scope: Scope) {
  const taken = new Set(scope.table.columns.map(({ name }) => name))
  let place = 'place'
  while (taken.has(place)) place += '_'
  return { given: scope.freeAlias(), written: scope.freeAlias(), place }
}

function insertFrom(scope: Scope, columns: readonly ColumnCells[], given: string, place: string): Sql {
  const list = columns.map(({ column }) => sql.id(column.name))
  const into = list.length === 0 ? sql`` : sql` (${sql.join(list)})`
  const values = list.length === 0 ? sql`` : sql` ${sql.join(list)}`
  return sql`insert into ${scope.tableRef()}${into} select${values} from ${sql.id(given)} order by ${sql.id(place)}`
}

function comparable(scope: Scope, value: Sql, key: IndexKey): Sql {
  return 'sql' in key ? value : comparableValue(scope, value, key.type)
}

function isSame(key: IndexKey, left = sql``, right = sql``): Sql {
  if ('sql' in key) return sql`${left} = ${right}`
  return equal({ ref: left, type: key.type }, { ref: right, type: key.type })
}
