import { ANSWERS, brokenProtocol, HEADER, isUnasked, nameOfType } from './server-messages.js'

const SIMPLE = 0x51
const BIND = 0x42
const EXECUTE = 0x45
const COUNT = / (\d+)$/

/**
 * Looks at whether as many rows have come as the server counted, by the tag of the command that brought them.
 *
 * @throws {@link ConnectionError} when one is missing or came twice.
 */
export function checkCount(tag: string, rows: number): void {
  const [, count] = COUNT.exec(tag) ?? []
  if (count !== undefined) refuseUnless(Number(count), rows)
}

function refuseUnless(count: number, rows: number): void {
  if (count !== rows) throw brokenProtocol(`it sent ${rows} rows where there are ${count}`)
}

/**
 * Follows the server's answers to the messages of one round trip. Each answer belongs to a message by its place alone:
 * one that is missing or too many would have an unfinished result taken for the whole, or for that of another query.
 */
export class ExpectedAnswers {
  readonly #messages: Buffer
  /** Where the message begins that is being answered. */
  #at = 0
  #failed = false
  /** Rows may come: those of a later fetch were described with the first. */
  #hasRows: boolean
  /** The columns of the rows were described, now or before. */
  #hasColumns: boolean
  /** How many rows the last Execute that was answered has asked for. */
  #limit = 0
  /** A statement of a simple query has ended, and no other begun. */
  #isComplete = false
  /** The server asked for data, which it does not get. */
  #isRefused = false
  /** What is still to come of a COPY that has data: the server asks for it, has taken it, and is ready. */
  #copy: string

  /** @param hasData whether it is a COPY whose data is sent when the server asks for it. */
  constructor(messages: Buffer, hasData = false) {
    this.#messages = messages
    this.#copy = hasData ? 'GCZ' : ''
    this.#hasRows = messages[0] !== SIMPLE
    this.#hasColumns = messages[0] === EXECUTE
  }

  /** @throws {@link ConnectionError} for an answer that is not due. */
  expect(answer: number): void {
    if (isUnasked(answer)) return
    const type = String.fromCharCode(answer)
    // The rest of the messages is skipped then, up to the Sync.
    if (type === 'E') this.#failed = true
    else if (this.#failed ? type !== 'Z' : this.#isRefused || !this.#isDue(type)) {
      throw brokenProtocol(`it answered ${nameOfType(answer)} out of turn`)
    }
  }

  /**
   * Looks at how many rows came before a CommandComplete, by its tag, or before a PortalSuspended.
   *
   * @throws {@link ConnectionError} when one is missing or came twice.
   */
  checkRows(rows: number, tag?: string): void {
    if (!this.#hasColumns) return
    if (tag === undefined) refuseUnless(this.#limit, rows)
    else checkCount(tag, rows)
  }

  #isDue(type: string): boolean {
    if (this.#copy !== '') {
      const isNext = this.#copy.startsWith(type)
      this.#copy = this.#copy.slice(1)
      return isNext
    }
    const message = this.#messages[this.#at] ?? 0
    const { within = '', ends = '' } = ANSWERS.get(String.fromCharCode(message)) ?? {}
    // Before their columns are described there are no rows: one would be taken for the first of what follows.
    if (type === 'D') return this.#hasRows && this.#hasColumns && within.includes(type)
    if (type === 'n') this.#hasRows = this.#hasColumns = false
    if (type === 'T') this.#hasColumns = true
    if (message === SIMPLE) {
      if (type === 'Z' && !this.#isComplete) return false
      this.#isComplete = type === 'C' || type === 'I'
      this.#hasRows = type === 'T'
    }
    if (type === 'G') this.#isRefused = true
    if (!ends.includes(type)) return within.includes(type)
    // What was prepared before was described then, unless a Describe follows.
    if (message === BIND && this.#isOfNamed()) this.#hasColumns = true
    this.#at += 1 + this.#messages.readUInt32BE(this.#at + 1)
    if (message === EXECUTE) this.#limit = this.#messages.readUInt32BE(this.#at - 4)
    return true
  }

  /** Whether a Bind is of a statement with a name, which comes after that of the portal. */
  #isOfNamed(): boolean {
    return this.#messages[this.#messages.indexOf(0, this.#at + HEADER) + 1] !== 0
  }
}
