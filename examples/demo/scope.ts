/** What is closed when the demo ends, fails or is interrupted: the last opened first. */
export class Scope {
  readonly #closers: (() => Promise<unknown>)[] = []
  #closing: Promise<unknown[]> | undefined

  get isClosing(): boolean {
    return this.#closing !== undefined
  }

  /**
   * Opens something that has to be closed. What is still being opened when the scope closes is waited for, so that an
   * interruption at the wrong moment leaves nothing behind either.
   */
  open<T>(open: () => T | Promise<T>, close: (opened: T) => unknown): Promise<T> {
    if (this.isClosing) return Promise.reject(new Error('The demo is ending.'))
    const opened = Promise.resolve().then(open)
    this.#closers.push(() =>
      opened.then(close, () => {
        // It never opened, and whoever asked for it knows why.
      }),
    )
    return opened
  }

  /** Closes everything, once, whatever fails, and returns the failures. */
  close(): Promise<unknown[]> {
    return (this.#closing ??= this.#closeAll())
  }

  async #closeAll(): Promise<unknown[]> {
    const failures: unknown[] = []
    for (const close of this.#closers.reverse()) await close().catch((error: unknown) => failures.push(error))
    return failures
  }
}
