import type { Report } from '../source.js'

/** Shows on a terminal what is being done, on one line that goes when it is done. Elsewhere only messages are shown. */
export class Progress implements Report {
  readonly #stream: NodeJS.WriteStream
  #isShown = false

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream
  }

  readonly step = (text: string): void => {
    if (!this.#stream.isTTY) return
    this.clear()
    this.#stream.write(text.slice(0, (this.#stream.columns || 80) - 1))
    this.#isShown = true
  }

  readonly notify = (message: string): void => {
    this.clear()
    this.#stream.write(`${message}\n`)
  }

  /** Takes away the line that is shown. */
  clear(): void {
    if (!this.#isShown) return
    this.#stream.clearLine(0)
    this.#stream.cursorTo(0)
    this.#isShown = false
  }
}
