/** What every error of sluice has: a stable `code` to branch on, and the `cause` where another error is behind it. */
export class SluiceError extends Error {
  /** A stable identifier in capitals, such as `DOES_NOT_EXIST`. */
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.name = new.target.name
  }
}

/** An option is out of range or of the wrong type, found before any I/O. A `RangeError`, as the platform's own are. */
export class OptionError extends RangeError {
  readonly code = 'INVALID_OPTION'
  override readonly name = 'OptionError'
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

/** `get()` found no row. */
export class DoesNotExist extends SluiceError {
  constructor(readonly table: string) {
    super('DOES_NOT_EXIST', `No row of "${table}" matches the query.`)
  }
}

/** `get()` found more than one row. */
export class MultipleObjectsReturned extends SluiceError {
  constructor(readonly table: string) {
    super('MULTIPLE_OBJECTS_RETURNED', `get() found more than one row of "${table}".`)
  }
}

/** A value from the server cannot be represented as its TypeScript type. */
export class DecodeError extends SluiceError {
  constructor(message: string, options?: ErrorOptions) {
    super('DECODE_ERROR', message, options)
  }
}

/** A value given by the caller does not fit the column's PostgreSQL type. */
export class EncodeError extends SluiceError {
  constructor(message: string, options?: ErrorOptions) {
    super('ENCODE_ERROR', message, options)
  }
}
