/**
 * Our parts, read at once, against one stream: with a loop that takes as much CPU as reading does, and from a server that has
 * more to do for a row than the client. And rows that are decoded on another thread, which the library does not do.
 */
import { Worker } from 'node:worker_threads'
import { connect, expr, type KyselyHandle } from 'sluice'
import type { Contender, OnRows, ReadJob } from './job.js'

interface Parted {
  all(): Parted
  filter(condition: object): Parted
  values(...fields: readonly (string | object)[]): Parted
  aiterator(options: object): AsyncIterable<unknown[]>
  parallel(options: object): AsyncIterable<unknown[]>
}

// Made when the benchmark runs: not there to be resolved when it is type-checked.
const generated = new URL('../../generated/index.js', import.meta.url).href

/** Opens a form such as `idle 1`, `busy 4`, `server 2`, `worker idle` or `worker busy`. */
export async function open(job: ReadJob): Promise<Contender> {
  const { url, property, form, batchSize } = job
  const db = connect<Record<string, object>>({ connectionString: url })
  const { repositories } = (await import(generated)) as {
    repositories: (handle: KyselyHandle) => Record<string, Parted>
  }
  const table = repositories(db)[property]
  if (table === undefined) throw new Error(`There is no table ${property}.`)
  const [kind, how] = form.split(' ')
  const parts = Number(how)
  const rows =
    kind === 'server'
      ? table.values('id', { toil: expr('int4', (eb) => eb.fn<number>('toil', ['id'])) })
      : table.all()
  const batches = (of: Parted) =>
    parts > 1
      ? of.parallel({ partitions: parts, batchYieldSize: batchSize })
      : of.aiterator({ batchYieldSize: batchSize })
  let spend = (_rows: number): unknown => undefined
  const loop = async (each: AsyncIterable<unknown[]>, onRows: OnRows) => {
    for await (const { length } of each) {
      spend(length)
      void onRows(length)
    }
  }
  const decoder = kind === 'worker' ? new DecodingWorker(job) : undefined
  return {
    warm: async () => {
      const some = table.filter({ id: { lte: 20_000 } })
      const options = { batchYieldSize: batchSize }
      await loop(some.aiterator(options), () => undefined)
      const before = process.cpuUsage()
      let read = 0
      for await (const batch of some.aiterator(options)) read += batch.length
      const { user, system } = process.cpuUsage(before)
      await loop(batches(rows.filter({ id: { lte: 100 } })), () => undefined)
      if (decoder !== undefined) await loop(decoder.read(1), () => undefined)
      if (kind === 'busy' || how === 'busy') spend = spending((user + system) / read)
    },
    read: (onRows) => loop(decoder?.read() ?? batches(rows), onRows),
    close: async () => {
      await decoder?.close()
      await db.close()
    },
  }
}

/** What takes so many microseconds of CPU for each row: in steps, since time passes while others have the CPU. */
function spending(microseconds: number): (rows: number) => unknown {
  const steps = (count: number) => {
    let value = 1
    for (let step = 0; step < count; step++) value = Math.imul(value ^ step, 0x9e3779b1)
    return value
  }
  const measured = 50_000_000
  steps(measured)
  const before = process.cpuUsage()
  steps(measured)
  const { user, system } = process.cpuUsage(before)
  const perRow = Math.round((microseconds * measured) / (user + system))
  return (rows) => steps(rows * perRow)
}

/** A worker that reads and decodes, and posts batches as structured clones. */
class DecodingWorker {
  readonly #worker: Worker
  readonly #received: unknown[][] = []
  #wake = () => {}

  constructor({ url, property, batchSize }: ReadJob) {
    this.#worker = new Worker(new URL('./decoding-worker.js', import.meta.url), {
      workerData: { url, property, batchSize, generated },
    })
    this.#worker.on('message', (batch: unknown[]) => {
      this.#received.push(batch)
      this.#wake()
    })
  }

  /** @param most how many rows; all without. */
  async *read(most?: number): AsyncGenerator<unknown[], void> {
    this.#worker.postMessage({ most })
    for (;;) {
      const batch = this.#received.shift()
      if (batch?.length === 0) return
      if (batch === undefined) await new Promise<void>((resolve) => (this.#wake = resolve))
      else {
        // It has a few batches on their way, and waits for the loop then.
        this.#worker.postMessage('taken')
        yield batch
      }
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }
}
