import { types } from 'node:util'
import { recognise } from './copies.js'
import { withLink } from './error-links.js'
import { captureStack, withCaller } from './stack-trace.js'

/** What every error of sluice has: a stable `code`, the `cause` where there is one, and a message that ends in a link. */
export class SluiceError extends Error {
  /** A stable identifier in capitals, such as `DOES_NOT_EXIST`. */
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(withLink(message, code), options)
    this.code = code
    this.name = new.target.name
    withCaller(() => captureStack(this, new.target))
  }
}

/** An option is out of range or of the wrong type, found before any I/O. A `RangeError`, as the platform's own are. */
export class OptionError extends RangeError {
  /** Always `INVALID_OPTION`. */
  readonly code = 'INVALID_OPTION'
  /** Always `OptionError`. */
  override readonly name = 'OptionError'

  constructor(message: string, options?: ErrorOptions) {
    super(withLink(message, 'INVALID_OPTION'), options)
  }
}

/** A queryset names a field, lookup or operand that its table does not have. Thrown when the queryset is built. */
export class FieldError extends SluiceError {
  constructor(message: string, options?: ErrorOptions) {
    super('FIELD_ERROR', message, options)
  }
}

/** A method was called on a queryset or connection that cannot do it in its present state. */
export class UsageError extends SluiceError {
  constructor(message: string, options?: ErrorOptions) {
    super('USAGE_ERROR', message, options)
  }
}

/**
 * What was given as a position, such as `after` of `page()`, or as a checkpoint of `resumable()`, is none of this queryset:
 * cut, made up or another's.
 */
export class PositionError extends SluiceError {
  constructor(message: string, options?: ErrorOptions) {
    super('INVALID_POSITION', message, options)
  }
}

/** `get()` found no row. */
export class DoesNotExist extends SluiceError {
  constructor(
    /** The table that was looked in, as `schema.name`. */
    readonly table: string,
  ) {
    super('DOES_NOT_EXIST', `No row of "${table}" matches the query.`)
  }
}

/** `get()` or `getOrNull()` found more than one row. */
export class MultipleObjectsReturned extends SluiceError {
  constructor(
    /** The table that was looked in, as `schema.name`. */
    readonly table: string,
    method = 'get',
  ) {
    super('MULTIPLE_OBJECTS_RETURNED', `${method}() found more than one row of "${table}".`)
  }
}

/** The `cause` of an error about a value, and the value: that of the cause where it is not given. */
export interface ValueErrorOptions extends ErrorOptions {
  readonly value?: unknown
}

function valueOf({ value, cause }: ValueErrorOptions = {}): unknown {
  if (value !== undefined) return value
  return cause instanceof EncodeError || cause instanceof DecodeError ? cause.value : undefined
}

/** A value given by the caller does not fit the column's PostgreSQL type. The message says what kind of value it is. */
export class EncodeError extends SluiceError {
  readonly #value: unknown

  constructor(message: string, options?: ValueErrorOptions) {
    super('ENCODE_ERROR', message, options)
    this.#value = valueOf(options)
  }

  /** The value itself, where it is one that was given. No log prints it unasked. */
  get value(): unknown {
    return this.#value
  }
}

/** Which statement failed, and when; see the properties of {@link QueryError}. */
export interface QueryDetails {
  readonly sqlState?: string | undefined
  readonly table?: string | undefined
  readonly sql: string
  readonly rowsDelivered?: number
  readonly isRetryable?: boolean
  readonly attempts?: number
  readonly detail?: string | undefined
}

/** A statement failed: on the server (then `sqlState` is set), or because its connection was lost. */
export class QueryError extends SluiceError {
  /** The SQLSTATE that the server sent, such as `42P01`. */
  readonly sqlState: string | undefined
  /** The queryset's table, as `schema.name`. */
  readonly table: string | undefined
  /** The SQL text; its parameters are not part of it. */
  readonly sql: string
  /** Rows handed to the loop before the failure; 0 for reads that are not streamed. */
  readonly rowsDelivered: number
  /**
   * Whether the same may succeed when it is tried again, and nothing of the failed attempt has taken effect: after a
   * serialization failure, a deadlock, a lock that was not free, a server that was not there or had no connection left,
   * a connection that was lost before anything was sent or while the session was idle, and, for reads, one that was lost
   * at any time; not for a wrong password, an unknown host, role or database, or TLS that is refused, and not for a bulk
   * write in batches of which one is committed. Inside a transaction it is the whole
   * transaction that has to be repeated. A stream that is repeated begins again with its first row.
   */
  readonly isRetryable: boolean
  /** How often it was tried: more than once only with `retry` among the settings. */
  readonly attempts: number
  readonly #detail: string | undefined

  constructor(
    message: string,
    details: QueryDetails & {
      /** Default: `QUERY_FAILED`. */
      readonly code?: string
    },
    options?: ErrorOptions,
  ) {
    super(details.code ?? 'QUERY_FAILED', message, options)
    this.sqlState = details.sqlState
    this.table = details.table
    this.sql = details.sql
    this.rowsDelivered = details.rowsDelivered ?? 0
    this.isRetryable = details.isRetryable ?? false
    this.attempts = details.attempts ?? 1
    this.#detail = details.detail
  }

  /** The server's DETAIL, which holds values of rows. No log prints it unasked. */
  get detail(): string | undefined {
    return this.#detail
  }
}

/** A value from the server cannot be represented as its TypeScript type. The message says what kind of value it is. */
export class DecodeError extends QueryError {
  readonly #value: unknown

  constructor(message: string, options?: ValueErrorOptions, details: Partial<QueryDetails> = {}) {
    super(message, { sql: '', ...details, code: 'DECODE_ERROR' }, options)
    this.#value = valueOf(options)
  }

  /** What the server sent: its text, or what was read of its bytes. No log prints it unasked. */
  get value(): unknown {
    return this.#value
  }
}

/** The database no longer has what the generated code expects: run the generator again. */
export class SchemaDriftError extends QueryError {
  constructor(message: string, options?: ErrorOptions, details: Partial<QueryDetails> = {}) {
    super(message, { sql: '', ...details, code: 'SCHEMA_DRIFT' }, options)
  }
}

/** What a constraint refused, as far as the server and the generated schema tell. */
export interface ViolationDetails {
  /** The SQLSTATE, of class 23. */
  readonly sqlState: string
  /** The table whose constraint it is, as `schema.name`: for a row that is still referred to, the referring one. */
  readonly table: string
  /** The SQL text; its parameters are not part of it. */
  readonly sql: string
  /** The server's DETAIL, which holds values of rows. */
  readonly detail: string | undefined
  /** The constraint's name; undefined for NOT NULL. */
  readonly constraint: string | undefined
  /** The constraint's columns by their properties, where the server tells them; otherwise empty. */
  readonly columns: readonly string[]
}

/** A write would break a constraint (SQLSTATE class 23). Its subclasses say which kind. */
export class IntegrityError extends QueryError {
  /** The constraint's name; undefined for NOT NULL. */
  readonly constraint: string | undefined
  /** The constraint's columns by their properties, where the server tells them; otherwise empty. */
  readonly columns: readonly string[]

  constructor(message: string, details: ViolationDetails, options?: ErrorOptions) {
    super(message, { ...details, code: 'INTEGRITY_ERROR' }, options)
    this.constraint = details.constraint
    this.columns = details.columns
  }
}

/** A row with the same unique key is there already (23505). */
export class UniqueViolation extends IntegrityError {}

/** A row refers to one that does not exist, or is still referred to (23503, 23001). */
export class ForeignKeyViolation extends IntegrityError {}

/** NULL for a column that does not take it (23502). */
export class NotNullViolation extends IntegrityError {}

/** A row or value does not meet a CHECK (23514). */
export class CheckViolation extends IntegrityError {}

/** A row overlaps another by an exclusion constraint (23P01). */
export class ExclusionViolation extends IntegrityError {}

/**
 * Of no particular kind; none became free within `acquireTimeoutMs`, which a server may answer with 503; or the database
 * was closed.
 */
export type ConnectionCode = 'CONNECTION_ERROR' | 'ACQUIRE_TIMEOUT' | 'DATABASE_CLOSED'

/** What is known of a failed connection, beside the words. */
export interface ConnectionErrorOptions extends ErrorOptions {
  /** Default: `CONNECTION_ERROR`. */
  readonly code?: ConnectionCode
  readonly isBeforeSending?: boolean
  readonly isFinal?: boolean
}

/** A connection could not be had, or was lost or closed under a query or stream. */
export class ConnectionError extends SluiceError {
  declare readonly code: ConnectionCode
  /** Nothing was sent: there was no connection, or it was lost before. */
  readonly isBeforeSending: boolean
  /** To try again cannot help: a setting is wrong, the server refuses it, or the database was closed. */
  readonly isFinal: boolean
  /** How often it was tried: more than once only with `retry` among the settings. */
  readonly attempts: number = 1

  constructor(message: string, options: ConnectionErrorOptions = {}) {
    super(options.code ?? 'CONNECTION_ERROR', message, options)
    this.isBeforeSending = options.isBeforeSending ?? false
    this.isFinal = options.isFinal ?? false
  }
}

/** What became of a transaction. */
export type TransactionOutcome = 'rolled back' | 'committed' | 'unknown'

/**
 * A statement of it had failed, and its function returned as if nothing had; the connection was lost under its COMMIT; or a
 * function of `afterCommit` failed.
 */
export type TransactionCode = 'TRANSACTION_ABORTED' | 'COMMIT_UNKNOWN' | 'AFTER_COMMIT'

const OUTCOMES: Readonly<Record<TransactionCode, TransactionOutcome>> = {
  TRANSACTION_ABORTED: 'rolled back',
  COMMIT_UNKNOWN: 'unknown',
  AFTER_COMMIT: 'committed',
}

/** A transaction did not end as the function of `atomic()` did; `outcome` says what became of it. */
export class TransactionError extends SluiceError {
  declare readonly code: TransactionCode
  /** What became of the transaction. */
  readonly outcome: TransactionOutcome
  /** What functions of `afterCommit` threw, in their order; else empty. */
  readonly errors: readonly unknown[]

  constructor(
    code: TransactionCode,
    message: string,
    options: ErrorOptions & { readonly errors?: readonly unknown[] } = {},
  ) {
    super(code, message, options)
    this.outcome = OUTCOMES[code]
    this.errors = options.errors ?? []
  }
}

/**
 * Something took longer than it may: a statement (`QUERY_TIMEOUT`), a fetch of a stream (`FETCH_TIMEOUT`), the loop
 * over it (`IDLE_TIMEOUT`), or a standby to follow (`REPLAY_TIMEOUT`).
 */
export class TimeoutError extends SluiceError {
  declare readonly code: TimeoutCode

  constructor(code: TimeoutCode, message: string, options?: ErrorOptions) {
    super(code, message, options)
  }
}

/** A statement took too long, a fetch of a stream, the loop over it, or the wait for a standby. */
export type TimeoutCode = 'QUERY_TIMEOUT' | 'FETCH_TIMEOUT' | 'IDLE_TIMEOUT' | 'REPLAY_TIMEOUT'

/** Whether it is an error, of any realm. */
export function isError(value: unknown): value is Error {
  return types.isNativeError(value) || value instanceof Error
}

/** What an AggregateError of any realm has gathered. */
export function reasonsOf(error: object): readonly Error[] | undefined {
  return 'errors' in error && Array.isArray(error.errors) ? error.errors.map(asError) : undefined
}

/** What was thrown, as an error: anything may be, also an error of another realm. */
export function asError(thrown: unknown): Error {
  return isError(thrown) ? thrown : new Error(String(thrown))
}

recognise({
  ...{ SluiceError, OptionError, FieldError, UsageError, PositionError, DoesNotExist, EncodeError },
  ...{ MultipleObjectsReturned },
  ...{ QueryError, DecodeError, SchemaDriftError, ConnectionError, TimeoutError, TransactionError },
  ...{ IntegrityError, UniqueViolation, ForeignKeyViolation, NotNullViolation, CheckViolation },
  ...{ ExclusionViolation },
})
