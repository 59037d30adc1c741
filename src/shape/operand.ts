/**
 * A value that a statement sends beside its SQL. It decides nothing about the SQL, since nothing that makes SQL can look
 * into it.
 */
export class Operand<T = unknown> {
  readonly #value: T

  constructor(value: T) {
    this.#value = value
  }

  /** The value, for what asks and for what sends; never for what makes SQL. */
  static valueOf<T>(operand: Operand<T>): T {
    return operand.#value
  }
}

/** What stands in place of an operand where SQL is made for any value of it. */
export class Placeholder {
  /** Which of the operands it stands for. */
  readonly index: number

  constructor(index: number) {
    this.index = index
  }
}
