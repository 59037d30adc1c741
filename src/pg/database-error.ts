import type { DatabaseError } from 'pg'

/**
 * Whether an error was sent by the server. By shape and not by class: an application may hold several copies of pg.
 */
export function isDatabaseError(error: unknown): error is DatabaseError {
  return error instanceof Error && 'severity' in error && 'code' in error && typeof error.code === 'string'
}

/** The SQLSTATE of an error that the server sent, anywhere along its causes. */
export function sqlStateOf(error: unknown): string | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    if (isDatabaseError(current)) return current.code
  }
  return undefined
}
