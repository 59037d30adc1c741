import { expect } from 'vitest'
import type { FieldError, UsageError } from 'sluice'
import type { Shop } from '../queryset/shop.js'

/** What is refused when it is built. What the types refuse as well is given as `never`, as JavaScript would give it. */
export type Refused = [
  what: string,
  error: typeof FieldError | typeof UsageError,
  says: string,
  build: (repos: Shop['repos']) => unknown,
]

/** That it is refused, by an error of that class which says so. */
export function expectRefused([, type, says, build]: Refused, repos: Shop['repos']): void {
  let thrown: unknown
  try {
    build(repos)
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(type)
  expect((thrown as Error).message).toContain(says)
}
