/** How many rows the next batch of a walk has: as many as were asked for, and fewer while a row is looked for that fails. */
export class BatchSize {
  readonly #whole: number
  #next: number
  /** How many rows from here on the one that fails is among; 0 where none is looked for. */
  #doubtful = 0

  constructor(whole: number) {
    this.#whole = whole
    this.#next = whole
  }

  get next(): number {
    return this.#next
  }

  /** Whether it looks for a row, in less than a whole batch. */
  get isHalved(): boolean {
    return this.#doubtful > 0
  }

  /** A batch of so many rows has failed, of which it takes half. */
  halve(rows: number): void {
    this.#lookAmong(rows)
  }

  /** A batch is done: what failed is in the rest. */
  passed(rows: number): void {
    this.#lookAmong(this.#doubtful - rows)
  }

  #lookAmong(rows: number): void {
    this.#doubtful = Math.max(0, rows)
    this.#next = this.#doubtful === 0 ? this.#whole : Math.ceil(this.#doubtful / 2)
  }
}
