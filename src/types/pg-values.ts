/** What pg's own parsers make of an interval: an object of `postgres-interval`, without what is zero. */
export interface PgInterval {
  /** Whole years. */
  readonly years?: number
  /** Whole months. */
  readonly months?: number
  /** Whole days. */
  readonly days?: number
  /** Whole hours. */
  readonly hours?: number
  /** Whole minutes. */
  readonly minutes?: number
  /** Whole seconds. */
  readonly seconds?: number
  /** With a fraction where there are microseconds. */
  readonly milliseconds?: number
  /** As PostgreSQL takes it, and as it is sent as a parameter. */
  toPostgres(): string
  /** As ISO 8601 has it. */
  toISO(): string
  /** As ISO 8601 has it. */
  toISOString(): string
}

/** What pg's own parsers make of a point. */
export interface PgPoint {
  /** The first coordinate. */
  readonly x: number
  /** The second coordinate. */
  readonly y: number
}

/** What pg's own parsers make of a circle. */
export interface PgCircle extends PgPoint {
  /** How far its line is from the centre. */
  readonly radius: number
}
