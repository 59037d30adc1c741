import { FieldError } from '../../errors.js'

/**
 * A condition that compares with a value and does nothing else, whatever the value turns out to be when it comes from
 * outside: `{ ne: null }` in its place is no lookup, and is refused by every column that holds no objects.
 *
 * ```ts
 * users.filter({ email: exactly(body.email), token: exactly(body.token) })
 * ```
 *
 * @throws {@link FieldError} for `null` and `undefined`: NULL is asked for by `{ isNull: true }`.
 */
export function exactly<T>(value: T): { readonly exact: NonNullable<T> } {
  if (value === null || value === undefined) {
    throw new FieldError(
      `exactly() takes a value, not ${String(value)}. NULL is asked for by { isNull: true }.`,
    )
  }
  return { exact: value }
}
