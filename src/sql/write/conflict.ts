import { sql } from 'kysely'
import type { Condition } from '../../query/filter/condition.js'
import type { ColumnSchema } from '../../schema/table.js'
import type { Sql } from '../compile.js'
import { compileCondition } from '../condition.js'
import type { Scope } from '../scope.js'
import { setClause, type ColumnChange } from './changes.js'
import { inlined } from './inlined.js'

/** What an insert does about a row that is there already; `fail` leaves it to the unique key. */
export type OnConflict =
  | { readonly kind: 'fail' }
  /** Without a target: whatever the row is in the way of. */
  | { readonly kind: 'ignore'; readonly target?: ConflictTarget }
  | {
      readonly kind: 'update'
      readonly target: ConflictTarget
      readonly changes: readonly ColumnChange[]
      /** Which rows it updates. Default: all. */
      readonly where?: Condition
      /** What is done, and holds, for each row that is updated. Default: nothing is. */
      readonly noted?: Sql
    }

/** By what rows are in each other's way: the keys of a unique index, and which rows that is of. */
export interface ConflictTarget {
  readonly keys: readonly IndexKey[]
  readonly predicate?: Condition | SqlText
}

/** A column, what is computed of columns, or what the server has written. */
export type IndexKey = ColumnSchema | SqlText

/** As the catalog has it, never what a caller gives. */
export interface SqlText {
  readonly sql: string
}

/** `ON CONFLICT (…) WHERE … DO UPDATE SET … WHERE …`. */
export function onConflict(scope: Scope, conflict: OnConflict): Sql {
  switch (conflict.kind) {
    case 'fail':
      return sql``
    case 'ignore':
      return sql` on conflict${conflict.target === undefined ? sql`` : targetOf(scope, conflict.target)} do nothing`
    case 'update': {
      const { target, changes } = conflict
      return sql` on conflict${targetOf(scope, target)} do update set ${setClause(scope, changes)}${where(scope, conflict)}`
    }
  }
}

function where(scope: Scope, { where, noted }: Extract<OnConflict, { readonly kind: 'update' }>): Sql {
  const condition = where === undefined ? undefined : compileCondition(scope, where)
  if (noted === undefined) return condition === undefined ? sql`` : sql` where ${condition}`
  return sql` where case when ${condition ?? sql`true`} then ${noted} is not null else false end`
}

/** What an index has for a row whose columns are named without their table. */
export function keyValue(bare: Scope, key: IndexKey): Sql {
  return 'sql' in key ? sql.raw(key.sql) : bare.columnRef(key)
}

/** That no parameter stands in it: the planner proves by constants that an index fits. */
function targetOf(scope: Scope, { keys, predicate }: ConflictTarget): Sql {
  const bare = scope.bare()
  const list = keys.map((key) => {
    const value = keyValue(bare, key)
    return 'sql' in key || !('node' in key) ? value : sql`(${inlined(value)})`
  })
  const where = predicate === undefined ? sql`` : sql` where ${predicateOf(bare, predicate)}`
  return sql` (${sql.join(list)})${where}`
}

function predicateOf(bare: Scope, predicate: Condition | SqlText): Sql {
  return 'sql' in predicate ? sql.raw(predicate.sql) : inlined(compileCondition(bare, predicate))
}
