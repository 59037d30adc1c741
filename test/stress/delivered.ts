import { promise } from './failures.js'
import type { Plan } from './plan.js'
import { isRow } from './sources.js'

/** The rows that a loop has got: those of the plan's source from the first on, each once, in batches as was asked. */
export class Delivered {
  seen = 0
  readonly #plan: Plan
  #hadShortBatch = false

  constructor(plan: Plan) {
    this.#plan = plan
  }

  look(item: object): void {
    const { batchYieldSize, source } = this.#plan
    const rows = Array.isArray(item) ? (item as object[]) : [item]
    promise(
      Array.isArray(item) === (batchYieldSize !== undefined),
      'A batch for a row, or a row for a batch.',
    )
    if (batchYieldSize !== undefined) {
      promise(rows.length > 0 && rows.length <= batchYieldSize, `A batch of ${rows.length}.`)
      promise(!this.#hadShortBatch, 'A batch after a short one.')
      this.#hadShortBatch = rows.length < batchYieldSize
    }
    for (const row of rows) {
      promise(isRow(source, ++this.seen, row), `Row ${this.seen} is ${JSON.stringify(row)}.`)
    }
  }
}
