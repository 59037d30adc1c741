import type { HeldConnection } from '../connection/held/held-connection.js'
import { TransactionError } from '../errors.js'

/** What is to be done once a transaction is committed. */
export type CommitFunction = () => unknown

const states = new WeakMap<HeldConnection, TransactionState>()

/** What is known of the transaction on a connection beside what the server knows. */
export class TransactionState {
  /** The innermost part of it that has a function of its own under way. */
  innermost: object | undefined
  #functions: CommitFunction[] = []
  /** Of a transaction that is committed, until its connection is given back. */
  #due: CommitFunction[] = []
  #isBegun = false
  /** How many functions there were at each savepoint of Kysely's. */
  readonly #marks = new Map<string, number>()

  static of(connection: HeldConnection): TransactionState {
    const known = states.get(connection)
    if (known !== undefined) return known
    const state = new TransactionState()
    states.set(connection, state)
    return state
  }

  /** It is over, and what it has committed is done: to be called once its connection is given back. */
  static due(connection: HeldConnection): readonly CommitFunction[] {
    return states.get(connection)?.takeDue() ?? []
  }

  /** Whether we are told of its end: not so where it was begun by SQL. */
  get isBegun(): boolean {
    return this.#isBegun
  }

  /** How many functions there are: for {@link undo}. */
  get mark(): number {
    return this.#functions.length
  }

  add(done: CommitFunction): void {
    this.#functions.push(done)
  }

  /** Drops what was added since a mark. */
  undo(mark: number): void {
    this.#functions.length = mark
  }

  begin(): void {
    this.end()
    this.#isBegun = true
  }

  end(): void {
    this.innermost = undefined
    this.#functions = []
    this.#marks.clear()
    this.#isBegun = false
  }

  commit(): void {
    this.#due = this.#functions
    this.end()
  }

  takeDue(): CommitFunction[] {
    const due = this.#due
    this.#due = []
    return due
  }

  savepoint(name: string): void {
    this.#marks.set(name, this.mark)
  }

  rollbackTo(name: string): void {
    this.undo(this.#marks.get(name) ?? 0)
  }
}

/**
 * Runs functions in their order, each to its end, whatever the others throw.
 *
 * @throws {@link TransactionError} for those that failed.
 */
export async function runCommitted(functions: readonly CommitFunction[]): Promise<void> {
  const errors: unknown[] = []
  for (const each of functions) {
    try {
      await each()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length === 0) return
  const which =
    functions.length === 1 ? 'the function' : `${errors.length} of the ${functions.length} functions`
  throw new TransactionError(
    'AFTER_COMMIT',
    `The transaction is committed, but ${which} of afterCommit() failed; see errors. Nothing has to be repeated but that.`,
    { cause: errors[0], errors },
  )
}
