import { QueryError, SluiceError } from '../../src/index.js'
import { sqlStateOf } from '../../src/pg/database-error.js'

/** How a loop went. */
export interface Loop {
  /** Rows that it received, which were those of ids 1 to n, each once. */
  readonly rows: number
  /** What it ended with, if not by itself. */
  readonly error: Error | undefined
}

type Rows<T> = AsyncIterable<T | readonly T[]> | Iterable<T | readonly T[]>

/**
 * Runs a loop to whatever end it has, and checks that its rows are a prefix of the true result.
 *
 * @param body gets each row or batch, and how many rows there were; to leave the loop it returns `'break'`.
 */
export async function loop<T extends { readonly id: number }>(
  stream: Rows<T>,
  body: (item: T | readonly T[], rows: number) => unknown = () => undefined,
): Promise<Loop> {
  let rows = 0
  try {
    for await (const item of stream) {
      for (const row of Array.isArray(item) ? (item as readonly T[]) : [item as T]) {
        if (row.id !== ++rows) throw new Error(`Row ${rows} is the one of id ${row.id}.`)
      }
      if ((await body(item, rows)) === 'break') break
    }
  } catch (error) {
    if (!(error instanceof Error)) throw new Error('The loop threw what is no error.', { cause: error })
    if (error instanceof QueryError && error.rowsDelivered !== rows)
      throw new Error(`The error counts ${error.rowsDelivered} rows, the loop ${rows}.`, { cause: error })
    return { rows, error }
  }
  return { rows, error: undefined }
}

/** An error as the page names it: its class, and the SQLSTATE that the server gave. */
export function nameOf(error: Error | undefined): string {
  if (error === undefined) return 'no error'
  const state = sqlStateOf(error)
  const name = error instanceof SluiceError || state === undefined ? error.name : 'database error'
  return state === undefined ? `\`${name}\`` : `\`${name}\` ${state}`
}
