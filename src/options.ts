import { choicesOf } from './choices.js'
import { OptionError } from './errors.js'

/** What is wrong with an option's value, as the end of a sentence; undefined if nothing is. */
export type OptionCheck = (value: unknown) => string | undefined

/** How each option of a call is checked, one line for each. */
export type OptionChecks<Options> = { readonly [Name in keyof Options]-?: OptionCheck }

const MAX_INT32 = 0x7fffffff

/** A number of rows, or of anything else that is counted. */
export const size: OptionCheck = (value) =>
  isPositiveInt32(value) ? undefined : `must be a whole number from 1 to ${MAX_INT32}, not ${shown(value)}`

/** A number of rows, or all of them. */
export const sizeOrAll: OptionCheck = (value) =>
  value === Infinity || isPositiveInt32(value)
    ? undefined
    : `must be a whole number from 1 to ${MAX_INT32}, or Infinity, not ${shown(value)}`

export const milliseconds: OptionCheck = (value) =>
  isPositiveInt32(value)
    ? undefined
    : `must be a positive number of milliseconds below 2^31, not ${shown(value)}`

export const flag: OptionCheck = (value) => (typeof value === 'boolean' ? undefined : 'is true or false')

/** One of several words; `what` names them in the error. */
export function oneOf(what: string, choices: readonly string[]): OptionCheck {
  return (value) =>
    typeof value === 'string' && choices.includes(value)
      ? undefined
      : `has no ${what} ${typeof value === 'string' ? JSON.stringify(value) : shown(value)}. ${choicesOf(value, choices)}`
}

export const callback: OptionCheck = (value) =>
  typeof value === 'function' ? undefined : `must be a function, not ${shown(value)}`

/** By what it can do: one of another realm, or a polyfill's, is no instance of ours. */
export const abortSignal: OptionCheck = (value) => {
  const { aborted, addEventListener, removeEventListener } = (value ?? {}) as Partial<AbortSignal>
  const listens = typeof addEventListener === 'function' && typeof removeEventListener === 'function'
  const isSignal = typeof aborted === 'boolean' && listens
  return isSignal ? undefined : `must be an AbortSignal, not ${shown(value)}`
}

/**
 * A file, as a path or a `file:` URL.
 *
 * @throws {@link OptionError} for anything else.
 */
export function heldFile(name: string, value: string | URL | undefined): string | URL | undefined {
  if (value === undefined) return undefined
  // A URL by what it can do: it may be of another realm.
  const href = typeof value === 'string' ? value : (value as Partial<URL> | null)?.href
  if (typeof href !== 'string' || href === '') {
    throw new OptionError(`${name} must be the path or the URL of a file, not ${shown(value)}.`)
  }
  return typeof value === 'string' && !value.startsWith('file:') ? value : new URL(href)
}

/** Checked where it is used, since what it may be depends on more than itself. */
export const anything: OptionCheck = () => undefined

/**
 * Checks the options of a public call; an option that is `undefined` was not given.
 *
 * @param method named in the error, where one is not told by the options.
 * @param Refusal the class of the error.
 * @throws {@link OptionError} for what is no object, an unknown option and a value that its option does not take.
 */
export function checkOptions<Options extends object>(
  options: Options,
  checks: OptionChecks<Options>,
  method?: string,
  Refusal: new (message: string) => Error = OptionError,
): Options {
  if (!isOptionsObject(options)) {
    throw new Refusal(
      `The options${method ? ` of ${method}()` : ''} must be an object, not ${shown(options)}.`,
    )
  }
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, name)) {
      const choices = choicesOf(name, Object.keys(checks))
      throw new Refusal(`${method ? `${method}() has no option` : 'Unknown option'} "${name}". ${choices}.`)
    }
    if (value === undefined) continue
    // It was looked up just now.
    const problem = checks[name as keyof Options](value)
    if (problem !== undefined) {
      throw new Refusal(`${method ? `The option ${name} of ${method}()` : name} ${problem}.`)
    }
  }
  return options
}

/** An object of ours, another realm's or without a prototype: a Set or a Map has none of the options that it is taken for. */
export function isOptionsObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  return tagOf(value) === 'Object' && !(Symbol.iterator in value)
}

function isPositiveInt32(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_INT32
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `the string '${value}'`
  if (value === null || value === undefined || typeof value === 'number') return String(value)
  return withArticle(typeof value === 'object' ? tagOf(value).replace('Object', 'object') : typeof value)
}

/** `Set`, `AbortSignal`: what an object is, of whatever realm. */
function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1)
}

function withArticle(name: string): string {
  return `${/^[aeiou]/i.test(name) ? 'an' : 'a'} ${name}`
}
