import type { Chunks } from '../../iterate/async-rows.js'
import type { RowChunk } from '../../rows/row-chunk.js'
import type { Trace } from '../../trace/trace.js'

/** The chunks of one part, which is traced by itself and whose errors name its own statement. */
export class TracedChunks implements Chunks<unknown> {
  readonly #chunks: Chunks<unknown>
  readonly #trace: Trace | undefined
  readonly #explain: (error: unknown) => unknown

  constructor(chunks: Chunks<unknown>, trace: Trace | undefined, explain: (error: unknown) => unknown) {
    this.#chunks = chunks
    this.#trace = trace
    this.#explain = explain
  }

  get isClosed(): boolean {
    return this.#chunks.isClosed
  }

  async next(): Promise<RowChunk<unknown> | undefined> {
    const trace = this.#trace
    try {
      const next = () => this.#chunks.next()
      const chunk = await (trace === undefined ? next() : trace.fetching(next))
      trace?.fetched(chunk?.length ?? 0)
      return chunk
    } catch (error) {
      const explained = this.#explain(error)
      trace?.fail(explained)
      throw explained
    }
  }

  async close(): Promise<void> {
    await this.#chunks.close()
    this.#trace?.over()
  }
}
