import type { IterationProgress } from '../request.js'

/** Counts what an iteration fetches, and tells whoever asked to hear of it. */
export class ProgressReport {
  readonly #onProgress: (progress: IterationProgress) => void
  readonly #startedAt = performance.now()
  #rows = 0
  #chunks = 0

  constructor(onProgress: (progress: IterationProgress) => void) {
    this.#onProgress = onProgress
  }

  fetched(rows: number): void {
    this.#rows += rows
    this.#chunks++
    const elapsedMs = performance.now() - this.#startedAt
    this.#onProgress({ rows: this.#rows, chunks: this.#chunks, elapsedMs })
  }
}
