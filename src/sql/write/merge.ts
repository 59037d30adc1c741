import { sql } from 'kysely'
import type { Condition } from '../../query/filter/condition.js'
import type { ColumnSchema } from '../../schema/table.js'
import { comparableRef, comparableValue } from '../cast.js'
import type { Sql } from '../compile.js'
import { compileCondition } from '../condition.js'
import { equal } from '../operator.js'
import type { Scope } from '../scope.js'
import { setClause, type ColumnChange } from './changes.js'
import { givenRows } from './given-rows.js'
import type { ColumnCells } from './unnest.js'

/** What a MERGE does about rows, the first clause of those that hold. */
export interface Merge {
  /** Where a row that is given and one of the table are equal. */
  readonly on: readonly ColumnSchema[]
  readonly clauses: readonly MergeClause[]
  /** Whether the rows come back, each behind the word for what was done. */
  readonly returning: boolean
}

export interface MergeClause {
  readonly when: 'matched' | 'not matched' | 'not matched by source'
  /** Of the table's rows; of those that are given where it has none. Default: all. */
  readonly where?: Condition
  readonly action:
    | { readonly kind: 'update'; readonly changes: readonly ColumnChange[] }
    | { readonly kind: 'insert' | 'delete' | 'nothing' }
}

/** `MERGE INTO schema.table USING (SELECT … FROM unnest(…)) AS excluded ON … WHEN … THEN …`. */
export function mergeRows(scope: Scope, columns: readonly ColumnCells[], count: number, merge: Merge): Sql {
  const given = scope.named(({ name }) => sql`${sql.id('excluded', name)}`)
  const on = merge.on.map((column) => {
    const value = comparableValue(scope, given.columnRef(column), column.type)
    return equal({ ref: comparableRef(scope, column), type: column.type }, { ref: value, type: column.type })
  })
  const clauses = merge.clauses.map((clause) => clauseOf({ scope, given, columns }, clause))
  const source = sql`using (${givenRows(scope, columns, { count })}) as "excluded" on ${sql.join(on, sql` and `)}`
  const returned = scope.table.columns.map((column) => sql`, ${scope.columnRef(column)}`)
  const end = merge.returning ? sql` returning merge_action()${sql.join(returned, sql``)}` : sql``
  return sql`merge into ${scope.tableRef()} ${source} ${sql.join(clauses, sql` `)}${end}`
}

interface Place {
  readonly scope: Scope
  /** The same columns of the rows that are given. */
  readonly given: Scope
  readonly columns: readonly ColumnCells[]
}

function clauseOf(place: Place, { when, where, action }: MergeClause): Sql {
  const { scope, given } = place
  const of = when === 'not matched' ? given : scope
  const condition = where === undefined ? sql`` : sql` and (${compileCondition(of, where)})`
  return sql`when ${sql.raw(when)}${condition} then ${actionOf(place, action)}`
}

function actionOf({ scope, given, columns }: Place, action: MergeClause['action']): Sql {
  switch (action.kind) {
    case 'update':
      return sql`update set ${setClause(scope, action.changes)}`
    case 'insert':
      return insert(given, columns)
    case 'delete':
      return sql`delete`
    case 'nothing':
      return sql`do nothing`
  }
}

function insert(given: Scope, columns: readonly ColumnCells[]): Sql {
  const written = columns.flatMap(({ column }) => (column.generated === undefined ? [column] : []))
  if (written.length === 0) return sql`insert default values`
  const names = sql.join(written.map(({ name }) => sql.id(name)))
  return sql`insert (${names}) values (${sql.join(written.map((column) => given.columnRef(column)))})`
}
