import { anything, checkOptions } from '../../options.js'
import { FieldError } from '../../errors.js'
import { recordOf } from '../../types/base-types.js'
import { baseName } from '../../types/same-type.js'
import { asArgument, calling } from '../expression/computed.js'
import type { Argument, ArgumentOf, Fixed, Strict } from '../expression/expression-types.js'
import { QueryExpression } from '../expression/query-expression.js'
import { resolveArgument } from '../expression/resolve.js'
import {
  clockOf,
  cutMoment,
  dayOf,
  partOfMoment,
  type DatePart,
  type DateUnit,
  type TimeZoneOption,
} from './date-parts.js'

/** When the transaction began: `now()`. */
export function now(): QueryExpression<Fixed<Date>> {
  return new QueryExpression([], () => calling('now', { type: 'timestamptz', nullable: false }, []))
}

/**
 * A moment cut to a unit: `date_trunc('month', paid_at)`; of a `timestamptz` in a time zone, UTC if none is named. Weeks
 * begin on Monday. Django's `Trunc`.
 *
 * ```ts
 * payments.values({ month: trunc('month', 'paidAt', { timeZone: 'Europe/Berlin' }) }).annotate({ n: count() })
 * ```
 *
 * @throws {@link FieldError} for what is no moment, and an unknown unit.
 */
export function trunc<const A extends Argument>(
  unit: DateUnit,
  argument: A,
  options: TimeZoneOption = {},
): QueryExpression<ArgumentOf<A>> {
  const checked = checkOptions(options, { timeZone: anything }, 'trunc', FieldError)
  return new QueryExpression([argument], (target) =>
    cutMoment(resolveArgument(target, argument, 'timestamptz'), unit, checked),
  )
}

/**
 * A part of a moment as a number: `extract(year FROM paid_at)`; of a `timestamptz` in a time zone, UTC if none is named.
 * `epoch` is the number of seconds since 1970, with a fraction. Django's `Extract`.
 *
 * @throws {@link FieldError} for what is no moment or interval, and a part that it does not have.
 */
export function extract<const A extends Argument>(
  part: DatePart,
  argument: A,
  options: TimeZoneOption = {},
): QueryExpression<Strict<number, [A]>> {
  const checked = checkOptions(options, { timeZone: anything }, 'extract', FieldError)
  return new QueryExpression([argument], (target) =>
    partOfMoment(resolveArgument(target, argument, 'timestamptz'), part, checked),
  )
}

/** The day of a moment, `YYYY-MM-DD`; of a `timestamptz` in a time zone, UTC if none is named. Django's `TruncDate`. */
export const truncDate = halving('date')

/** The time of day of a moment; of a `timestamptz` in a time zone, UTC if none is named. Django's `TruncTime`. */
export const truncTime = halving('time')

function halving(half: 'date' | 'time') {
  return <const A extends Argument>(
    argument: A,
    options: TimeZoneOption = {},
  ): QueryExpression<Strict<string, [A]>> => {
    const method = half === 'date' ? 'truncDate' : 'truncTime'
    const checked = checkOptions(options, { timeZone: anything }, method, FieldError)
    return new QueryExpression([argument], (target) => {
      const moment = resolveArgument(target, argument, 'timestamptz')
      const name = recordOf(moment.type)?.name
      if (name !== 'timestamp' && name !== 'timestamptz') {
        throw new FieldError(
          `${method}() takes a timestamp, and "${moment.property}" is ${baseName(moment.type)}: cast it, as in ` +
            `cast(${asArgument(moment)}, 'timestamp').`,
        )
      }
      return half === 'date' ? dayOf(moment, checked) : clockOf(moment, checked)
    })
  }
}
