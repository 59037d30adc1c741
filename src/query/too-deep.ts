import { isError, UsageError } from '../errors.js'

/**
 * Does what goes as deep as its input is nested.
 *
 * @param what what is nested, at the beginning of a sentence.
 * @throws {@link UsageError} where that is deeper than the stack.
 */
export function refuseTooDeep<T>(what: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(
      isError(error) &&
      error.name === 'RangeError' &&
      error.message === 'Maximum call stack size exceeded'
    ))
      throw error
    throw new UsageError(
      `${what} is nested too deep for the stack: build it flatter, or in several queries.`,
      {
        cause: error,
      },
    )
  }
}
