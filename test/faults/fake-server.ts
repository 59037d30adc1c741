/**
 * A server of its own thread, of one table: `numbers`. It answers as PostgreSQL does, unless it was told to tamper
 * with its answers, which it then does once: to the first fetch of numbers after their first.
 */
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { parentPort } from 'node:worker_threads'
import * as fake from './fake-messages.js'
import { greetings, tamperings, type FakeCommand, type Tampering } from './tamperings.js'

const ROWS = 1000
const CANCEL_REQUEST = 80_877_102

let command: FakeCommand = {}

class Session {
  readonly #socket: Socket
  #received = Buffer.alloc(0)
  #isStarted = false
  #status: 'I' | 'T' | 'E' = 'I'
  #sql = ''
  #rows = 0
  #rowsSent = 0
  #answer: Buffer[] = []
  #tampering: Tampering | undefined
  #ending: Tampering['ending']

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      this.#received = Buffer.concat([this.#received, bytes])
      while (this.#ending !== 'silence' && this.#takeMessage());
    })
  }

  #takeMessage(): boolean {
    const header = this.#isStarted ? 1 : 0
    if (this.#received.length < header + 4) return false
    const end = header + this.#received.readInt32BE(header)
    if (this.#received.length < end) return false
    const message = this.#received.subarray(0, end)
    this.#received = this.#received.subarray(end)
    if (this.#isStarted) this.#answerTo(String.fromCharCode(message[0] ?? 0), message.subarray(5))
    else this.#greet(message.readInt32BE(4))
    return true
  }

  #greet(code: number): void {
    if (code === CANCEL_REQUEST) {
      this.#socket.end()
      return
    }
    this.#isStarted = true
    const { greeting } = command
    if (greeting !== undefined) {
      command = {}
      this.#socket.write(greetings[greeting])
    } else
      this.#socket.write(Buffer.concat([fake.AUTHENTICATION_OK, fake.BACKEND_KEY, fake.readyForQuery('I')]))
  }

  #answerTo(type: string, body: Buffer): void {
    if (this.#ending === 'copying' && type !== 'f' && type !== 'X') return
    switch (type) {
      case 'P':
        this.#sql = body.toString('utf8', 1, body.indexOf(0, 1))
        this.#answer.push(fake.PARSE_COMPLETE)
        break
      case 'B':
        if (this.#sql.includes('"numbers"')) {
          this.#rows = Math.min(ROWS, ...boundNumbers(body))
          this.#rowsSent = 0
          // From here on: what a connection that is gone had still sent is not for this.
          this.#tampering = command.tampering && tamperings[command.tampering]
          command = {}
        }
        this.#answer.push(fake.BIND_COMPLETE)
        break
      case 'D':
        this.#answer.push(fake.NUMBERS)
        break
      case 'E':
        this.#execute(body.readUInt32BE(body.length - 4))
        break
      case 'C':
        this.#answer.push(fake.CLOSE_COMPLETE)
        break
      case 'f':
        this.#ending = undefined
        this.#status = 'E'
        this.#answer.push(fake.message('E', 'SERROR\0C57014\0MCOPY from stdin failed\0\0'))
        break
      case 'S':
        this.#send()
        break
      case 'X':
        this.#socket.end()
        break
    }
  }

  #execute(limit: number): void {
    const word = /^\w+/.exec(this.#sql)?.[0]?.toUpperCase() ?? ''
    if (word === 'SELECT') {
      const extraRows = this.#rowsSent === 0 ? 0 : (this.#tampering?.extraRows ?? 0)
      const end = Math.min(this.#rows, this.#rowsSent + (limit === 0 ? ROWS : limit + extraRows))
      for (let id = this.#rowsSent + 1; id <= end; id++) this.#answer.push(fake.numberRow(id))
      // As PostgreSQL does: a portal whose last row was the last asked for does not know that yet.
      const isEnd = limit === 0 || end < this.#rowsSent + limit
      this.#answer.push(isEnd ? fake.commandComplete('SELECT') : fake.PORTAL_SUSPENDED)
      this.#rowsSent = end
      return
    }
    if (word === 'BEGIN') this.#status = 'T'
    if (word === 'COMMIT' || word === 'ROLLBACK') this.#status = 'I'
    this.#answer.push(fake.commandComplete(word))
  }

  #send(): void {
    const answer = [...this.#answer, fake.readyForQuery(this.#status)]
    this.#answer = []
    const tampering = this.#tampering
    // The first fetch is past: rows have been delivered, and there is something to lose.
    const isLater = answer[0]?.[0] === 0x44
    if (tampering === undefined || !(isLater || tampering.isFirst === true)) {
      this.#socket.write(Buffer.concat(answer))
      return
    }
    this.#tampering = undefined
    const { change, ending } = tampering
    this.#socket.write(Buffer.concat(change(answer)))
    if (ending === 'closes') this.#socket.end()
    this.#ending = ending
  }
}

/** The parameters of a Bind, as numbers. */
function boundNumbers(body: Buffer): number[] {
  let at = body.indexOf(0) + 1
  at = body.indexOf(0, at) + 1
  at += 2 + 2 * body.readInt16BE(at)
  const count = body.readInt16BE(at)
  at += 2
  return Array.from({ length: count }, () => {
    const length = body.readInt32BE(at)
    const value = Number(body.toString('utf8', at + 4, at + 4 + length))
    at += 4 + length
    return value
  })
}

const server = createServer({ noDelay: true }, (socket) => new Session(socket))
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  parentPort?.postMessage(`postgres://fake@127.0.0.1:${port}/fake`)
})
parentPort?.on('message', (told: FakeCommand) => {
  command = told
  parentPort?.postMessage('done')
})
