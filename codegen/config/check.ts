import { CodegenError } from '../errors.js'
import { didYouMean } from './did-you-mean.js'

/**
 * Looks at the value of a setting.
 *
 * @param at - its path, as a message names it: `names.columns["public.users.id"]`.
 * @throws {@link CodegenError} that says what is wrong with it, and what is right.
 */
export type Check = (value: unknown, at: string) => void

/** The error of one setting. */
export function wrong(at: string, problem: string): CodegenError {
  return new CodegenError(`${at} ${problem}`)
}

export const text: Check = (value, at) => {
  if (typeof value !== 'string') throw wrong(at, `has to be a string, not ${shown(value)}.`)
  if (value.trim() === '') throw wrong(at, 'is empty. Leave it out, or give it a value.')
}

export const flag: Check = (value, at) => {
  if (typeof value !== 'boolean') throw wrong(at, `has to be true or false, not ${shown(value)}.`)
}

export function oneOf(...choices: readonly string[]): Check {
  return (value, at) => {
    if (typeof value === 'string' && choices.includes(value)) return
    const listed = choices.map((choice) => `"${choice}"`)
    const either = [listed.slice(0, -1).join(', '), listed.at(-1)].filter((part) => part !== '').join(' or ')
    throw wrong(at, `has to be ${either}, not ${shown(value)}.`)
  }
}

export function listOf(check: Check): Check {
  return (value, at) => {
    if (!Array.isArray(value)) throw wrong(at, `has to be an array, not ${shown(value)}.`)
    if (value.length === 0) throw wrong(at, 'is an empty array. Leave it out, or name something in it.')
    value.forEach((item: unknown, index) => check(item, `${at}[${index}]`))
  }
}

/** An object of any keys. */
export function recordOf(check: Check): Check {
  return (value, at) => {
    for (const [key, item] of entriesOf(value, at)) check(item, `${at}[${JSON.stringify(key)}]`)
  }
}

/** An object of these keys, each of which may be left out or undefined. */
export function shape(checks: Readonly<Record<string, Check>>): Check {
  return (value, at) => {
    for (const [key, item] of entriesOf(value, at)) {
      const path = at === '' ? key : `${at}.${key}`
      const check = Object.hasOwn(checks, key) ? checks[key] : undefined
      if (check === undefined)
        throw wrong(path, `is not known.${didYouMean(key, Object.keys(checks)).trimEnd()}`)
      if (item !== undefined) check(item, path)
    }
  }
}

/** A string, or what `other` takes. */
export function textOr(other: Check, string: Check = text): Check {
  return (value, at) => (typeof value === 'string' ? string : other)(value, at)
}

function entriesOf(value: unknown, at: string): [string, unknown][] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.entries(value)
  throw wrong(at === '' ? 'The configuration' : at, `has to be an object, not ${shown(value)}.`)
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'string') return JSON.stringify(value)
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
