import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** What has gone over a line since it was last reset; what its connections began before is not forgotten. */
export interface LineCounts {
  /** Messages of a client that are to be answered by a ReadyForQuery. */
  readonly requests: number
  /** Those that had no answer, now and at most. */
  readonly open: number
  readonly most: number
  /** How many answers had to be waited for one after the other: what is sent in one go is one trip. */
  readonly trips: number
}

/** A line of some length to a server. */
export interface Line extends AsyncDisposable {
  readonly url: string
  readonly counts: LineCounts
  reset(): void
}

/** @param milliseconds that everything takes, each way. */
export async function openLine(url: string, milliseconds: number): Promise<Line> {
  const counts = new Int32Array(new SharedArrayBuffer(4 * Int32Array.BYTES_PER_ELEMENT))
  const worker = new Worker(new URL('./line.mjs', import.meta.url), {
    workerData: { url, milliseconds, counts },
  })
  const [port] = (await once(worker, 'message')) as [number]
  const here = new URL(url)
  here.hostname = '127.0.0.1'
  here.port = String(port)
  return {
    url: here.href,
    get counts() {
      const [requests = 0, open = 0, most = 0, trips = 0] = counts
      return { requests, open, most, trips }
    },
    reset: () => void counts.fill(0),
    [Symbol.asyncDispose]: async () => void (await worker.terminate()),
  }
}
