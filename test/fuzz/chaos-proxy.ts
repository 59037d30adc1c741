import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { isOfMessages, type Direction, type Mischief } from './mischief.js'
import { Splitter } from './splitter.js'
import { canBe, tamper, typeOf } from './tamper.js'

const STARTUP = 196_608
/** Single bytes that a drip has, after which it flows again. */
const DRIPS = 300
const LONGEST_MS = 25

/** A proxy in front of a server that does one mischief to the bytes of whoever connects by it. */
export class ChaosProxy implements AsyncDisposable {
  readonly url: string
  readonly #server: Server
  readonly #links = new Set<Link>()
  #mischief: Mischief | undefined
  #passed = 0
  #hasStruck = false

  private constructor(server: Server, target: URL) {
    this.#server = server
    const { port } = server.address() as AddressInfo
    this.url = Object.assign(new URL(target), { hostname: '127.0.0.1', port: String(port) }).href
    server.on('connection', (client: Socket) => this.#connected(client, target))
  }

  static async start(target: string): Promise<ChaosProxy> {
    const server = createServer({ noDelay: true }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new ChaosProxy(server, new URL(target))
  }

  /** The next bytes that pass are counted from 0. */
  arm(mischief: Mischief): void {
    this.#mischief = mischief
    this.#passed = 0
    this.#hasStruck = mischief.kind === 'refuse' || mischief.kind === 'ignore'
    for (const link of this.#links) {
      link.forget()
      if (this.#hasStruck) link.reset()
    }
  }

  /** From here on bytes pass, but on connections that are spoilt. Says whether it was done. */
  disarm(): boolean {
    this.#mischief = undefined
    for (const link of this.#links) link.letServerGo()
    return this.#hasStruck
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const link of this.#links) link.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #connected(client: Socket, target: URL): void {
    const kind = this.#mischief?.kind
    if (kind === 'refuse') {
      client.on('error', () => {}).resetAndDestroy()
      return
    }
    const link = new Link(client, kind === 'ignore' ? undefined : target, (direction, message) =>
      this.#strikes(direction, message),
    )
    this.#links.add(link)
    void link.closed.then(() => this.#links.delete(link))
  }

  /** The mischief, if it is to be done to this message, and for bytes where in it. */
  #strikes(direction: Direction, message: Buffer): Strike | undefined {
    const mischief = this.#mischief
    if (mischief === undefined || this.#hasStruck || mischief.direction !== direction) return undefined
    const { at, kind } = mischief
    const isWhole = isOfMessages(mischief)
    const before = this.#passed
    this.#passed += isWhole ? 1 : message.length
    if (this.#passed <= at || (isWhole && !canBe(kind, message))) return undefined
    this.#hasStruck = true
    return { mischief, at: isWhole ? 0 : at - before }
  }
}

interface Strike {
  readonly mischief: Mischief
  /** For bytes, how many of the message are still as they were. */
  readonly at: number
}

type Strikes = (direction: Direction, message: Buffer) => Strike | undefined

/** One connection, and the one to the server behind it. */
class Link {
  /** At both ends. */
  readonly closed: Promise<unknown>
  readonly #client: Socket
  readonly #upstream: Socket | undefined
  readonly #flows: Readonly<Record<Direction, Flow>> | undefined
  /** What the client sends does not matter any more to the server, which is not told that it has gone. */
  #keepsServer = false

  constructor(client: Socket, target: URL | undefined, strikes: Strikes) {
    this.#client = client
    client.on('error', () => {})
    if (target === undefined) {
      // Read, so that its end is noticed.
      client.resume()
      this.closed = new Promise((end) => client.on('close', end))
      return
    }
    const upstream = connect({ host: target.hostname, port: Number(target.port), noDelay: true })
    this.#upstream = upstream
    upstream.on('error', () => {})
    this.closed = Promise.all(
      [client, upstream].map((socket) => new Promise((end) => socket.on('close', end))),
    )
    const flows = {
      fromServer: new Flow(this, client, new Splitter(false), (message) => strikes('fromServer', message)),
      toServer: new Flow(this, upstream, new Splitter(true), (message) => strikes('toServer', message)),
    }
    this.#flows = flows
    let isFirst = true
    client.on('data', (bytes) => {
      // A request to cancel, or the question whether the server is there.
      if (isFirst && (bytes.length < 8 || bytes.readInt32BE(4) !== STARTUP))
        for (const each of Object.values(flows)) each.stop()
      isFirst = false
      flows.toServer.take(bytes)
    })
    upstream.on('data', (bytes) => flows.fromServer.take(bytes))
    client.on('close', () => {
      if (!this.#keepsServer) upstream.destroy()
    })
    upstream.on('close', () => {
      // What is still on its way to the client gets there.
      if (!this.#keepsServer) void flows.fromServer.idle.then(() => client.end().destroySoon())
    })
  }

  forget(): void {
    for (const flow of Object.values(this.#flows ?? {})) flow.forget()
  }

  reset(): void {
    this.#client.resetAndDestroy()
    this.#upstream?.destroy()
  }

  end(): void {
    this.#client.end()
    this.#upstream?.destroy()
  }

  /** Nothing passes any more, either way, and nobody is told. */
  vanish(): void {
    this.#keepsServer = true
    for (const flow of Object.values(this.#flows ?? {})) flow.isGone = true
  }

  letServerGo(): void {
    if (this.#keepsServer) this.#upstream?.destroy()
  }

  destroy(): void {
    this.#client.destroy()
    this.#upstream?.destroy()
  }
}

/** The bytes that go one way. */
class Flow {
  /** When everything that came is written, some of it late. */
  idle: Promise<void> = Promise.resolve()
  isGone = false
  readonly #link: Link
  readonly #to: Socket
  readonly #splitter: Splitter
  readonly #strikes: (message: Buffer) => Strike | undefined
  /** A message that is to come after the next of another kind. */
  #held: Buffer | undefined
  /** A message that comes again before the next. */
  #echo: Buffer | undefined
  #lastRow: Buffer | undefined
  #isStopped = false
  #manner: { readonly kind: 'drip' | 'slice' | 'late'; left: number; readonly random: number } | undefined

  constructor(link: Link, to: Socket, splitter: Splitter, strikes: (message: Buffer) => Strike | undefined) {
    this.#link = link
    this.#to = to
    this.#splitter = splitter
    this.#strikes = strikes
  }

  stop(): void {
    this.#isStopped = true
    this.#splitter.stop()
  }

  take(bytes: Buffer): void {
    const out: Buffer[] = []
    for (const message of this.#splitter.add(bytes)) {
      if (this.isGone) return
      if (this.#isStopped) out.push(message)
      else this.#pass(message, out)
    }
    this.#write(out)
  }

  /** What is still to come of mischief that was done before does not come any more. */
  forget(): void {
    this.#echo = undefined
  }

  #pass(message: Buffer, out: Buffer[]): void {
    if (this.#echo !== undefined) out.push(this.#echo)
    this.#echo = undefined
    const strike = this.#strikes(message)
    if (strike !== undefined) this.#struck(strike, message, out)
    else if (this.#held !== undefined && typeOf(this.#held) !== typeOf(message)) {
      out.push(message, this.#held)
      this.#held = undefined
    } else out.push(message)
    if (typeOf(message) === 'D') this.#lastRow = message
  }

  #struck({ mischief, at }: Strike, message: Buffer, out: Buffer[]): void {
    const { kind, random } = mischief
    const before = message.subarray(0, at)
    const after = message.subarray(at)
    switch (kind) {
      case 'reset':
      case 'end':
        this.#write([...out.splice(0), before])
        this.isGone = true
        // What was written gets there, as on a network.
        void this.idle.then(() => sleep(random % 3)).then(() => this.#link[kind]())
        return
      case 'vanish':
        this.#write([...out.splice(0), before])
        this.isGone = true
        return
      case 'half-open':
        this.#write([...out.splice(0), before])
        this.#link.vanish()
        return
      case 'stall':
        this.#write([...out.splice(0), before])
        this.idle = this.idle.then(() => sleep(random % 150))
        out.push(after)
        return
      case 'drip':
      case 'slice':
      case 'late':
        this.#write([...out.splice(0), before])
        this.#manner = { kind, random, left: kind === 'drip' ? DRIPS : 30 }
        out.push(after)
        return
      case 'echo':
        out.push(message)
        this.#echo = message
        return
      case 'swap':
        this.#held = message
        return
      default:
        out.push(...tamper(mischief, message, this.#lastRow))
    }
  }

  #write(pieces: readonly Buffer[]): void {
    const bytes = Buffer.concat(pieces)
    if (bytes.length === 0) return
    this.idle = this.idle.then(() => this.#deliver(bytes))
  }

  async #deliver(bytes: Buffer): Promise<void> {
    let at = 0
    while (this.#manner !== undefined && at < bytes.length) {
      const { kind, random } = this.#manner
      const size = kind === 'drip' ? 1 : kind === 'slice' ? 1 + ((random >> (at % 16)) % 30) : bytes.length
      if (kind === 'late') await sleep(random % LONGEST_MS)
      else await setImmediate()
      this.#to.write(bytes.subarray(at, at + size))
      at += size
      if (--this.#manner.left <= 0) this.#manner = undefined
    }
    if (at < bytes.length) this.#to.write(at === 0 ? bytes : bytes.subarray(at))
  }
}
