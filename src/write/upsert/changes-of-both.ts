import { FieldError, OptionError } from '../../errors.js'
import { refuseWindows } from '../../query/aggregate/grouping.js'
import { writableColumn } from '../../query/assignment.js'
import { excludedValue } from '../../query/expression/excluded.js'
import type { ExpressionTarget } from '../../query/expression/resolve.js'
import type { Condition } from '../../query/filter/condition.js'
import { parseFilter } from '../../query/filter/parse-filter.js'
import type { ColumnChange } from '../../sql/write/changes.js'
import { parseChanges } from '../update.js'

/** What a row gets that is there already, as it arrives. */
export interface GivenChanges {
  readonly updateFields?: unknown
  readonly updateValues?: unknown
}

/** What a row of the table gets of one that is given, whose fields are `excluded`, and of both. */
export function changesOfBoth(
  target: ExpressionTarget,
  { updateFields = [], updateValues }: GivenChanges,
  method: string,
): ColumnChange[] {
  if (!Array.isArray(updateFields)) throw new OptionError(`updateFields of ${method} is a list of fields.`)
  const copied = updateFields.map((field: string): ColumnChange => {
    const column = writableColumn(target.table, field, `updateFields of ${method}`)
    return { column, value: excludedValue(column) }
  })
  const computed =
    updateValues === undefined ? [] : parseChanges(target, updateValues, `updateValues of ${method}`)
  const twice = computed.find(({ column }) => copied.some((each) => each.column === column))
  if (twice === undefined) return [...copied, ...computed]
  throw new FieldError(
    `"${twice.column.property}" is among updateFields and updateValues of ${method}: give it once.`,
  )
}

/** A filter of the table's own rows, where `excluded` may have a place. */
export function conditionOf(target: ExpressionTarget, given: unknown, option: string): Condition {
  return refuseWindows(parseFilter(target, given), `${option} cannot be met`)
}
