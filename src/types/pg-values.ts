/** What pg's own parsers make of an interval: an object of `postgres-interval`, without what is zero. */
export interface PgInterval {
  readonly years?: number
  readonly months?: number
  readonly days?: number
  readonly hours?: number
  readonly minutes?: number
  readonly seconds?: number
  /** With a fraction where there are microseconds. */
  readonly milliseconds?: number
  /** As PostgreSQL takes it, and as it is sent as a parameter. */
  toPostgres(): string
  toISO(): string
  toISOString(): string
}

/** What pg's own parsers make of a point. */
export interface PgPoint {
  readonly x: number
  readonly y: number
}

/** What pg's own parsers make of a circle. */
export interface PgCircle extends PgPoint {
  readonly radius: number
}
