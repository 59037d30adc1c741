import { anything, checkOptions } from '../../options.js'
import { FieldError } from '../../errors.js'
import { calling } from '../expression/computed.js'
import type { Argument, ArgumentOf, Fixed, Strict } from '../expression/expression-types.js'
import { QueryExpression } from '../expression/query-expression.js'
import { resolveArgument } from '../expression/resolve.js'
import { cutMoment, partOfMoment, type DatePart, type DateUnit, type TimeZoneOption } from './date-parts.js'

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
