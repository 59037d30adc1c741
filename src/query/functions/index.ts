export { coalesce, greatest, least, nullif } from './comparison.js'
export { caseWhen, lookup, where, type Branch, type ConditionArgument } from './conditional.js'
export type { DatePart, DateUnit, TimeZoneOption } from './date-parts.js'
export { extract, now, trunc } from './dates.js'
export { expr, random, type ExprCallback } from './free-hand.js'
export { jsonPath } from './json.js'
export type { SqlTypeName, SqlTypes, SqlTypeValue } from './sql-types.js'
export { arraySubquery, exists, subquery, type QuerySetLike } from './subquery.js'
export { concat, length, lower, upper } from './text.js'
export { cast, outerRef, ref, value } from './values.js'
export {
  cumeDist,
  denseRank,
  firstValue,
  lag,
  lastValue,
  lead,
  nthValue,
  ntile,
  percentRank,
  rank,
  rowNumber,
  type WindowFunction,
} from './window.js'
