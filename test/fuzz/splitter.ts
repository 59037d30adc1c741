/** Cuts the bytes of one side of a connection into messages. */
export class Splitter {
  #isStarting: boolean
  #kept: Buffer = Buffer.alloc(0)
  /** No messages of PostgreSQL's any more, or never: they are passed on as they come. */
  #isRaw = false

  /** @param isClient what is sent first has no letter. */
  constructor(isClient: boolean) {
    this.#isStarting = isClient
  }

  /** Nothing is cut from here on. */
  stop(): void {
    this.#isRaw = true
  }

  /** The messages that are whole by now. */
  *add(bytes: Buffer): Generator<Buffer> {
    let rest = this.#kept.length === 0 ? bytes : Buffer.concat([this.#kept, bytes])
    this.#kept = Buffer.alloc(0)
    while (rest.length > 0) {
      const end = this.#endOf(rest)
      if (end === undefined || end > rest.length) {
        this.#kept = rest
        return
      }
      this.#isStarting = false
      yield rest.subarray(0, end)
      rest = rest.subarray(end)
    }
  }

  #endOf(bytes: Buffer): number | undefined {
    if (this.#isRaw) return bytes.length
    const header = this.#isStarting ? 0 : 1
    return bytes.length < header + 4 ? undefined : header + bytes.readUInt32BE(header)
  }
}
