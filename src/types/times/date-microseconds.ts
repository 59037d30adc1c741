import { Attached } from '../../copies.js'

/** A constructor that gives back what it is given, so that a subclass' private fields are put on that. */
const Given = function (date: Date) {
  return date
} as unknown as new (date: Date) => object

/**
 * What a Date cuts of a moment, kept with the Date where nothing else sees it: it is no property, and neither printing
 * nor comparing nor JSON meets it. `structuredClone` and `new Date(date)` leave it behind.
 */
class Remainder extends Given {
  readonly #microseconds: number
  readonly #milliseconds: number

  constructor(date: Date, microseconds: number) {
    super(date)
    this.#microseconds = microseconds
    this.#milliseconds = date.getTime()
  }

  static of(date: object): number {
    // A Date that has been set to another time since is that time.
    return #microseconds in date && (date as unknown as Date).getTime() === date.#milliseconds
      ? date.#microseconds
      : 0
  }
}

// Private fields are of one class: what a copy of sluice has read, another is given.
const shared = new Attached<typeof globalThis, typeof Remainder>('dateMicroseconds', '')
const SharedRemainder = shared.get(globalThis) ?? Remainder
shared.set(globalThis, SharedRemainder)

/** The Date of some milliseconds since 1970 that remembers the microseconds, 0 to 999, which come after them. */
export function dateOfMicroseconds(milliseconds: number, microseconds: number): Date {
  const date = new Date(milliseconds)
  if (microseconds !== 0) new SharedRemainder(date, microseconds)
  return date
}

/** The microseconds, 0 to 999, by which the moment that was read is later than its Date. */
export function microsecondsBeyond(date: Date): number {
  return SharedRemainder.of(date)
}
