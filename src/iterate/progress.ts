import type { IterationProgress } from '../request.js'
import { elapsed } from '../real-timers.js'

/** Counts what an iteration fetches, and tells whoever asked to hear of it. */
export class ProgressReport {
  readonly #onProgress: (progress: IterationProgress) => void
  readonly #startedAt = elapsed()
  #rows = 0
  #chunks = 0

  constructor(onProgress: (progress: IterationProgress) => void) {
    this.#onProgress = onProgress
  }

  fetched(rows: number): void {
    this.#rows += rows
    this.#chunks++
    const elapsedMs = elapsed() - this.#startedAt
    this.#onProgress({ rows: this.#rows, chunks: this.#chunks, elapsedMs })
  }
}
