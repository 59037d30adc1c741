/** Each object that stands for itself, by a number that no other ever has. */
const numbers = new WeakMap<object, number>()
let last = 0

/** The number of an object that stands for itself. */
export function knownNumber(object: object): number | undefined {
  return numbers.get(object)
}

/**
 * Has an object that never changes, such as a table's metadata, stand for itself, with all that is in it: a shape then
 * has its number in place of its contents.
 */
export function known<T extends object>(object: T): T {
  if (numbers.has(object)) return object
  numbers.set(object, ++last)
  if (typeof object === 'function') return object
  for (const part of Object.values(object)) {
    if (typeof part === 'object' && part !== null) known(part as object)
  }
  return object
}

/**
 * Under this key an object of a class says what it is, for shapes: two with equal parts are the same to all who use them.
 * There are no operands in them.
 */
export const PARTS: unique symbol = Symbol('parts')

/** What says so. */
export interface InParts {
  readonly [PARTS]: readonly unknown[]
}

export function isInParts(object: object): object is InParts {
  return PARTS in object
}
