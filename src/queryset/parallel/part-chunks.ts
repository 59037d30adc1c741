import type { Chunks } from '../../iterate/async-rows.js'
import { onAbort } from '../../shared-signal.js'
import type { Binding } from '../../kysely/handle.js'
import type { RowChunk } from '../../rows/row-chunk.js'
import { Lane, type LaneOptions } from './lane.js'

/** How the parts come to be, and are read. */
export interface PartsRequest<P> {
  readonly binding: Binding
  readonly lane: Pick<LaneOptions, 'settings'>
  readonly concurrency: number
  readonly isOrdered: boolean
  readonly signal: AbortSignal | undefined
  /** The parts in their order, by the snapshot that all are read by. */
  readonly partsIn: (binding: Binding, signal: AbortSignal) => Promise<readonly P[]>
  /** The chunks of one of them. */
  readonly open: (binding: Binding, part: P, signal: AbortSignal) => Chunks<unknown>
}

/** A chunk that waits for the loop. */
interface Waiting {
  readonly part: number
  readonly chunk: RowChunk<unknown>
  readonly taken: () => void
}

/**
 * The chunks of several parts, which are read at once in transactions of one snapshot: as they come, or in the order of the
 * parts. Of each part that is read one chunk waits for the loop, beside what its stream reads ahead, so that a slow loop has
 * the server wait. What fails ends all.
 */
export class PartChunks<P> implements Chunks<unknown> {
  readonly #request: PartsRequest<P>
  readonly #leaving = new AbortController()
  readonly #waiting: Waiting[] = []
  readonly #over = new Set<number>()
  #lanes: readonly Lane[] = []
  #parts: (readonly [index: number, part: P])[] = []
  /** Whose turn it is, where there is an order. */
  #turn = 0
  #running: Promise<void> | undefined
  #failure: { readonly error: unknown } | undefined
  #isClosed = false
  #wake = () => {}
  readonly #stopListening: () => void

  constructor(request: PartsRequest<P>) {
    this.#request = request
    const { signal } = request
    this.#stopListening =
      signal === undefined ? () => {} : onAbort(signal, () => this.#fail(signal.reason as unknown))
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  async next(): Promise<RowChunk<unknown> | undefined> {
    this.#running ??= this.#run()
    for (;;) {
      if (this.#failure !== undefined) {
        await this.#running
        throw this.#failure.error
      }
      const next = this.#take()
      if (next !== undefined) {
        for (const lane of this.#lanes) lane.stay()
        next.taken()
        return next.chunk
      }
      if (this.#isClosed) return undefined
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  async close(): Promise<void> {
    if (this.#running === undefined) {
      this.#isClosed = true
      this.#stopListening()
      return
    }
    if (!this.#isClosed) this.#fail(new DOMException('The loop was left.', 'AbortError'))
    await this.#running
  }

  async #run(): Promise<void> {
    const { partsIn, concurrency } = this.#request
    const { signal } = this.#leaving
    try {
      const first = await this.#lane()
      const parts = await partsIn(first.binding, signal)
      this.#parts = parts.map((part, index) => [index, part] as const)
      const others = Math.min(concurrency, parts.length) - 1
      // All have begun before the first row: what hinders one is told before anything is done.
      await this.#all(Array.from({ length: Math.max(0, others) }, () => this.#lane(first.snapshot)))
      await this.#all(this.#lanes.map((lane) => this.#readIn(lane)))
    } catch (error) {
      this.#fail(error)
    } finally {
      await Promise.all(this.#lanes.map((lane) => lane.end().catch(() => {})))
      this.#stopListening()
      this.#isClosed = true
      this.#wake()
    }
  }

  async #lane(snapshot?: string): Promise<Lane> {
    const { binding, lane: options } = this.#request
    const given = snapshot === undefined ? {} : { snapshot }
    const lane = await Lane.open(binding, { ...options, ...given, signal: this.#leaving.signal })
    this.#lanes = [...this.#lanes, lane]
    return lane
  }

  /** Waits until each is settled: the first failure has the others called off. */
  async #all(works: readonly Promise<unknown>[]): Promise<void> {
    await Promise.all(works.map((work) => work.catch((error: unknown) => this.#fail(error))))
    this.#leaving.signal.throwIfAborted()
  }

  /** Reads parts, one after the other, until there are no more. */
  async #readIn(lane: Lane): Promise<void> {
    const { open } = this.#request
    const { signal } = this.#leaving
    for (let next = this.#parts.shift(); next !== undefined; next = this.#parts.shift()) {
      const [part, read] = next
      const chunks = open(lane.binding, read, signal)
      try {
        for (let chunk = await chunks.next(); chunk !== undefined; chunk = await chunks.next())
          await this.#handIn(part, chunk)
      } finally {
        await chunks.close()
      }
      this.#over.add(part)
      this.#wake()
    }
    await lane.end()
  }

  /** Resolves when the loop has taken it. */
  async #handIn(part: number, chunk: RowChunk<unknown>): Promise<void> {
    const { signal } = this.#leaving
    signal.throwIfAborted()
    await new Promise<void>((taken) => {
      this.#waiting.push({ part, chunk, taken })
      this.#wake()
    })
    signal.throwIfAborted()
  }

  #take(): Waiting | undefined {
    if (!this.#request.isOrdered) return this.#waiting.shift()
    for (;;) {
      const at = this.#waiting.findIndex(({ part }) => part === this.#turn)
      if (at >= 0) return this.#waiting.splice(at, 1)[0]
      if (!this.#over.delete(this.#turn)) return undefined
      this.#turn++
    }
  }

  /** Once: what comes after it comes of it. */
  #fail(error: unknown): void {
    if (this.#failure !== undefined) return
    this.#failure = { error }
    this.#leaving.abort(error)
    this.#parts = []
    for (const { taken } of this.#waiting.splice(0)) taken()
    this.#wake()
  }
}
