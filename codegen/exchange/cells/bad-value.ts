import { describe } from '../../../src/types/describe.js'

/** A value of a file that is none of its column's type. The message says what kind of value it is, and not the value. */
export class BadValue extends Error {
  override readonly name = 'BadValue'

  /** @param problem begins with a verb: `is no integer`. */
  constructor(problem: string, value: unknown) {
    super(`${problem}, but ${describe(value)}`)
  }
}
