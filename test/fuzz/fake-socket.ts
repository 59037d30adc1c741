import { Duplex } from 'node:stream'
import type { Dice } from '../stress/dice.js'
import * as fake from '../faults/fake-messages.js'
import { isOfMessages, type Mischief } from './mischief.js'
import { Splitter } from './splitter.js'
import { canBe, tamper } from './tamper.js'

const SETTINGS = { client_encoding: 'UTF8', DateStyle: 'ISO, MDY', IntervalStyle: 'postgres' }
const GREETING = [
  fake.AUTHENTICATION_OK,
  ...Object.entries(SETTINGS).map(([name, value]) => fake.message('S', `${name}\0${value}\0`)),
  fake.readyForQuery('I'),
]
/** Rows of the table `numbers`. */
export const ROWS = 40

/** One mischief for whatever sockets there are, and chances for how bytes are cut. */
export interface Spoiling {
  mischief: Mischief | undefined
  passed: number
  hasStruck: boolean
  readonly dice: Dice
}

/** A socket with a server in it that knows one table, whose answers are spoilt and cut on their way. */
export class FakeSocket extends Duplex {
  readonly #spoiling: Spoiling
  readonly #splitter = new Splitter(true)
  #isStarted = false
  /** Notifications come after that, and anything else may come before. */
  #isReady = false
  #status: 'I' | 'T' | 'E' = 'I'
  #sql = ''
  readonly #statements = new Map<string, string>()
  readonly #portals = new Map<string, FakePortal>()
  #isSilent = false
  #answer: Buffer[] = []
  #held: Buffer | undefined

  constructor(spoiling: Spoiling) {
    super()
    this.#spoiling = spoiling
  }

  connect(): this {
    setImmediate(() => this.emit('connect'))
    return this
  }
  setNoDelay(): this {
    return this
  }
  setKeepAlive(): this {
    return this
  }
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }

  override _read(): void {}

  override _write(bytes: Buffer, _: string, done: () => void): void {
    for (const message of this.#splitter.add(bytes)) this.#receive(message)
    done()
  }

  override _final(done: () => void): void {
    done()
    this.destroy()
  }

  #receive(message: Buffer): void {
    if (!this.#isStarted) {
      this.#isStarted = true
      this.#send(GREETING)
      this.#isReady = true
      return
    }
    const body = message.subarray(5)
    switch (String.fromCharCode(message[0] ?? 0)) {
      case 'P':
        this.#sql = stringAt(body, nameIn(body).length + 1)
        this.#statements.set(nameIn(body), this.#sql)
        this.#answer.push(fake.PARSE_COMPLETE)
        break
      case 'B':
        this.#sql = this.#statements.get(stringAt(body, nameIn(body).length + 1)) ?? ''
        this.#portals.set(nameIn(body), { sql: this.#sql, rows: firstParameter(body) ?? ROWS, sent: 0 })
        this.#answer.push(fake.BIND_COMPLETE)
        break
      case 'D':
        this.#answer.push(hasRows(this.#sql) ? fake.NUMBERS : fake.message('n'))
        break
      case 'E':
        this.#execute(this.#portals.get(nameIn(body)), body.readUInt32BE(body.length - 4))
        break
      case 'C':
        this.#answer.push(fake.CLOSE_COMPLETE)
        break
      case 'Q':
        this.#sql = body.toString('utf8', 0, body.length - 1)
        if (hasRows(this.#sql)) this.#answer.push(fake.NUMBERS)
        this.#execute({ sql: this.#sql, rows: ROWS, sent: 0 }, 0)
        this.#send([...this.#answer.splice(0), fake.readyForQuery(this.#status)])
        break
      case 'S':
        this.#send([...this.#answer.splice(0), fake.readyForQuery(this.#status)])
        break
    }
  }

  #execute(portal: FakePortal | undefined, limit: number): void {
    if (portal === undefined) throw new Error('There is no such portal.')
    const { rows, sent, sql } = portal
    const word = /^\w+/.exec(sql)?.[0]?.toUpperCase() ?? ''
    if (!hasRows(sql)) {
      if (word === 'BEGIN' || word === 'START') this.#status = 'T'
      if (word === 'COMMIT' || word === 'ROLLBACK') this.#status = 'I'
      this.#answer.push(fake.commandComplete(word))
      return
    }
    const end = Math.min(rows, sent + (limit === 0 ? ROWS : limit))
    for (let id = sent + 1; id <= end; id++) this.#answer.push(fake.numberRow(id))
    portal.sent = end
    const isOver = limit === 0 || end - sent < limit
    this.#answer.push(isOver ? fake.commandComplete(`SELECT ${end - sent}`) : fake.PORTAL_SUSPENDED)
  }

  #send(messages: readonly Buffer[]): void {
    const out: Buffer[] = []
    for (const message of messages) if (!this.#isSilent) this.#spoil(message, out)
    const bytes = Buffer.concat(out)
    const { dice } = this.#spoiling
    const longest = dice.pick(1, 7, 60, 10_000)
    const pieces: Buffer[] = []
    for (let at = 0; at < bytes.length; at += pieces.at(-1)?.length ?? 0)
      pieces.push(bytes.subarray(at, at + 1 + dice.below(longest)))
    // Nothing is answered before the one who writes has gone on.
    setImmediate(() => {
      if (!this.destroyed) for (const piece of pieces) this.push(piece)
    })
  }

  #spoil(message: Buffer, out: Buffer[]): void {
    const spoiling = this.#spoiling
    const { mischief } = spoiling
    if (this.#held !== undefined && this.#held[0] !== message[0]) {
      out.push(message, this.#held)
      this.#held = undefined
      return
    }
    const isDue = mischief !== undefined && !spoiling.hasStruck && ++spoiling.passed > mischief.at
    if (!isDue || !canBe(mischief.kind, message) || (mischief.inject === 'A' && !this.#isReady)) {
      out.push(message)
      return
    }
    spoiling.hasStruck = true
    if (mischief.kind === 'swap') this.#held = message
    else if (mischief.kind === 'echo')
      out.push(message, ...tamper({ ...mischief, kind: 'double' }, message, undefined))
    else if (isOfMessages(mischief))
      out.push(...tamper(mischief, message, message[0] === 0x44 ? message : undefined))
    else {
      out.push(message.subarray(0, mischief.random % message.length))
      this.#isSilent = true
      if (mischief.kind !== 'vanish') setImmediate(() => this.destroy())
    }
  }
}

interface FakePortal {
  readonly sql: string
  readonly rows: number
  sent: number
}

const hasRows = (sql: string) => /^select/i.test(sql)
const stringAt = (body: Buffer, at: number) => body.toString('utf8', at, body.indexOf(0, at))
const nameIn = (body: Buffer) => stringAt(body, 0)

/** The number that a Bind has first, which is how many rows are asked for. */
function firstParameter(body: Buffer): number | undefined {
  let at = body.indexOf(0, body.indexOf(0) + 1) + 1
  at += 2 + 2 * body.readUInt16BE(at)
  if (body.readUInt16BE(at) === 0) return undefined
  const length = body.readInt32BE(at + 2)
  return Number(body.toString('latin1', at + 6, at + 6 + length))
}
