import { recognise } from '../../copies.js'
import { SluiceError } from '../../errors.js'

/**
 * Another has the walk; it was taken over from this one, or forgotten; or its function failed on a single row, which halving
 * its batch has found.
 */
export type WalkCode = 'WALK_TAKEN' | 'WALK_LOST' | 'WALK_FAILED'

/** A walk with a name cannot begin, or cannot go on. */
export class WalkError extends SluiceError {
  declare readonly code: WalkCode
  readonly #row: unknown

  constructor(code: WalkCode, message: string, options: ErrorOptions & { readonly row?: unknown } = {}) {
    super(code, message, options)
    this.#row = options.row
  }

  /** The row that the function failed on. No log prints it unasked. */
  get row(): unknown {
    return this.#row
  }
}

recognise({ WalkError })
