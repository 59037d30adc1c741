/** Bytes that may be read for something. What passes it is read to no purpose, and is to be asked for in less. */
export class ByteBudget {
  readonly #most: number
  #spent = 0

  constructor(most: number) {
    this.#most = most
  }

  get spent(): number {
    return this.#spent
  }

  get left(): number {
    return this.#most - this.#spent
  }

  get isPassed(): boolean {
    return this.#spent > this.#most
  }

  spend(bytes: number): void {
    this.#spent += bytes
  }
}
