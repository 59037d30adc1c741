const PRINTED = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,6})?)(\+00)?$/

/** A timestamp as ISO 8601, to the microsecond: `2024-01-02T03:04:05.123456Z`. What that has no form for stays as PostgreSQL prints it. */
export function isoMoment(printed: string): string {
  const [, date, time, offset] = PRINTED.exec(printed) ?? []
  return date === undefined || time === undefined
    ? printed
    : `${date}T${time}${offset === undefined ? '' : 'Z'}`
}

/** Whether a type of the server is a moment that ISO 8601 has. */
export function isMoment(type: unknown): boolean {
  return type === 'timestamp' || type === 'timestamptz'
}

const PARTS = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:\+00|Z)?)?$/

/** A date or timestamp in UTC as microseconds since 1970; undefined for infinities, and for years of more or fewer digits. */
export function microsecondsOf(printed: string): bigint | undefined {
  const parts = PARTS.exec(printed)
  if (parts === null) return undefined
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map((part) => Number(part ?? 0))
  const date = new Date(0)
  // Date.UTC takes the years before 100 for others.
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(hour, minute, second)
  return BigInt(date.getTime()) * 1000n + BigInt((parts[7] ?? '').padEnd(6, '0'))
}

/** Microseconds since 1970 as a timestamp without an offset; undefined for a year that is not of four digits. */
export function momentOf(microseconds: bigint): string | undefined {
  const fraction = ((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n
  const date = new Date(Number((microseconds - fraction) / 1000n))
  const year = date.getUTCFullYear()
  if (!(year >= 0 && year <= 9999)) return undefined
  return `${date.toISOString().slice(0, 19)}${fraction === 0n ? '' : `.${String(fraction).padStart(6, '0')}`}`
}
