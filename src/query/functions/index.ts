export { coalesce, greatest, least, nullif } from './comparison.js'
export { caseWhen, lookup, where, type Branch, type ConditionArgument } from './conditional.js'
export type { DatePart, DateUnit, TimeZoneOption } from './date-parts.js'
export { extract, now, trunc, truncDate, truncTime } from './dates.js'
export { expr, random, uuid4, uuid7, type ExprCallback } from './free-hand.js'
export { jsonArray, jsonObject, jsonPath } from './json.js'
export {
  abs,
  acos,
  asin,
  atan,
  atan2,
  ceil,
  cos,
  cot,
  degrees,
  exp,
  floor,
  ln,
  log,
  mod,
  pi,
  power,
  radians,
  round,
  sign,
  sin,
  sqrt,
  tan,
} from './math.js'
export {
  searchHeadline,
  searchQuery,
  searchRank,
  searchVector,
  type SearchHeadlineOptions,
  type SearchOptions,
  type SearchQueryOptions,
  type SearchRankOptions,
  type SearchType,
} from './search.js'
export type { SqlTypeName, SqlTypes, SqlTypeValue } from './sql-types.js'
export {
  chr,
  collate,
  left,
  lpad,
  ltrim,
  md5,
  ord,
  repeat,
  replace,
  reverse,
  right,
  rpad,
  rtrim,
  sha224,
  sha256,
  sha384,
  sha512,
  strIndex,
  substr,
  trim,
} from './strings.js'
export { arraySubquery, exists, subquery, type QuerySetLike } from './subquery.js'
export { concat, length, lower, upper } from './text.js'
export {
  trigramDistance,
  trigramSimilarity,
  trigramStrictWordSimilarity,
  trigramWordDistance,
  trigramWordSimilarity,
  unaccent,
  type ExtensionOptions,
} from './trigrams.js'
export { cast, excluded, outerRef, ref, value } from './values.js'
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
