import { sql } from 'kysely'
import type { Assignment, Cell } from '../../query/assignment.js'
import type { Condition } from '../../query/filter/condition.js'
import type { ColumnSchema } from '../../schema/table.js'
import type { Link } from '../../query/related/linked.js'
import { comparableValue } from '../cast.js'
import type { Sql } from '../compile.js'
import { and } from '../condition.js'
import { compared, pairs } from '../relation.js'
import { Scope, type Compute } from '../scope.js'
import { insertRows } from './insert.js'
import { unnestRows, type ColumnCells } from './unnest.js'

/** What is linked, and what rows meet that are written to, if anything. */
export interface ScopedLink {
  readonly link: Link
  readonly within?: Condition | undefined
}

/** What links are to be, and the related rows that it is about. */
export interface LinkChange extends ScopedLink {
  readonly keys: readonly (readonly Cell[])[]
  readonly values: readonly Assignment[]
}

/** `INSERT INTO link (…) SELECT … FROM unnest(…) ON CONFLICT DO NOTHING`. */
export function insertLinks(scope: Scope, { link, keys, values }: LinkChange, returns = false): Sql {
  const fixed = [...link.owner, ...values].map(({ column, cell }) => ({
    column,
    cells: keys.map(() => cell),
  }))
  const columns = [...fixed, ...keyColumns(link, keys)]
  const insert = insertRows(scope, columns, keys.length, { conflict: { kind: 'ignore' }, returning: false })
  return returns ? sql`${insert} returning 1` : insert
}

/** `DELETE FROM link WHERE owner = … AND key IN (SELECT … FROM unnest(…))`, or all of the owner's without keys. */
export function deleteLinks(scope: Scope, { link, within }: ScopedLink, keys?: Keys, others = false): Sql {
  const linked = and(ofOwner(scope, link), scope, within)
  return sql`delete from ${scope.tableRef()} where ${linked}${among(scope, link, keys, others)}`
}

/**
 * `WITH removed AS (DELETE …), added AS (INSERT …) SELECT (SELECT count(*) FROM added), (SELECT count(*) FROM removed)`: only
 * what differs is written.
 */
export function setLinks(scope: Scope, change: LinkChange, compute: Compute): Sql {
  const { keys } = change
  const inner = () => Scope.target(scope.table, scope.schemas, { compute })
  const removed = sql`${deleteLinks(inner(), change, keys, true)} returning 1`
  const added = insertLinks(inner(), change, true)
  return counted(removed, keys.length === 0 ? undefined : added)
}

/** `UPDATE related SET owner = … WHERE key IN (…)`: rows that have it already are left as they are. */
export function giveOwner(scope: Scope, { link, keys, within }: Omit<LinkChange, 'values'>): Sql {
  const set = link.owner.map(
    ({ column, cell }) => sql`${sql.id(column.name)} = ${value(scope, column, cell)}`,
  )
  const open = and(sql<boolean>`(${ofOwner(scope, link)}) is not true`, scope, within)
  return sql`update ${scope.tableRef()} set ${sql.join(set)} where ${open}${among(scope, link, keys)}`
}

/** `UPDATE related SET owner = NULL WHERE owner = … AND key IN (…)`, or all of the owner's without keys. */
export function takeOwner(scope: Scope, { link, within }: ScopedLink, keys?: Keys, others = false): Sql {
  const set = link.owner.flatMap(({ column }) => (column.nullable ? sql`${sql.id(column.name)} = null` : []))
  const linked = and(ofOwner(scope, link), scope, within)
  return sql`update ${scope.tableRef()} set ${sql.join(set)} where ${linked}${among(scope, link, keys, others)}`
}

/** The same as {@link setLinks} by two updates of rows that no row is in both of. */
export function setOwner(scope: Scope, change: LinkChange, compute: Compute): Sql {
  const { keys } = change
  const inner = () => Scope.target(scope.table, scope.schemas, { compute })
  const removed = sql`${takeOwner(inner(), change, keys, true)} returning 1`
  return counted(removed, keys.length === 0 ? undefined : sql`${giveOwner(inner(), change)} returning 1`)
}

type Keys = LinkChange['keys']

function counted(removed: Sql, added: Sql | undefined): Sql {
  const none = sql`select 1 where false`
  const count = (name: string) => sql`(select count(*) from ${sql.id(name)})`
  return sql`with "removed" as (${removed}), "added" as (${added ?? none}) select ${count('added')}, ${count('removed')}`
}

function ofOwner(scope: Scope, { owner }: Link): Sql<boolean> {
  const columns = owner.map(({ column }) => compared(scope, column))
  const values = owner.map(({ column, cell }) => ({ ref: value(scope, column, cell), type: column.type }))
  return pairs(columns, values)
}

/** A value of a column, by an array of one, which takes its type from the column. */
function value(scope: Scope, column: ColumnSchema, cell: Cell): Sql {
  const { from, values } = unnestRows(scope, [{ column, cells: [cell] }])
  return sql`(select ${comparableValue(scope, sql`${values[0]}`, column.type)} from ${from})`
}

function among(scope: Scope, link: Link, keys: Keys | undefined, others = false): Sql {
  if (keys === undefined) return sql``
  if (keys.length === 0) return others ? sql`` : sql` and false`
  const { from, values } = unnestRows(scope, keyColumns(link, keys))
  const given = link.key.map((column, index) => ({
    ref: comparableValue(scope, sql`${values[index]}`, column.type),
    type: column.type,
  }))
  const own = link.key.map((column) => compared(scope, column))
  return sql` and ${sql.raw(others ? 'not ' : '')}exists (select from ${from} where ${pairs(own, given)})`
}

function keyColumns({ key }: Link, keys: Keys): ColumnCells[] {
  return key.map((column, index) => ({ column, cells: keys.map((cells) => cells[index] ?? null) }))
}
