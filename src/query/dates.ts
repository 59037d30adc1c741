import { FieldError } from '../errors.js'
import { anything, checkOptions, oneOf } from '../options.js'
import { filter } from './filter/filter.js'
import { trunc } from './functions/dates.js'
import { lookup } from './functions/conditional.js'
import type { DateUnit, TimeZoneOption } from './functions/date-parts.js'
import { distinct } from './order/distinct.js'
import { orderBy } from './order/order-by.js'
import { valuesList } from './selection.js'
import type { QueryState } from './state.js'

/** Options of `dates`. */
export interface DatesOptions extends TimeZoneOption {
  /** Which come first. Default: `asc`, the earliest. */
  readonly order?: 'asc' | 'desc'
}

/** The moments of a field cut to a unit, each once, in order, without NULLs. */
export function dates(state: QueryState, field: string, unit: DateUnit, given: DatesOptions): QueryState {
  const checks = { order: oneOf('direction', ['asc', 'desc']), timeZone: anything }
  const { order = 'asc', ...zone } = checkOptions<DatesOptions>(given, checks, 'dates', FieldError)
  const moment = trunc(unit, field, zone)
  const present = filter(state, [lookup(field, { isNull: false })])
  const listed = distinct(valuesList(present, [moment, { flat: true }]), [])
  return orderBy(listed, [order === 'desc' ? moment.desc() : moment.asc()])
}
