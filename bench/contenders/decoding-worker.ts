/** Reads and decodes on a thread of its own, for whoever measures what it costs to have rows cross threads. */
import { parentPort, workerData } from 'node:worker_threads'
import { connect, type KyselyHandle } from 'sluice'

interface Told {
  readonly url: string
  readonly property: string
  readonly batchSize: number
  /** Where the repositories are. */
  readonly generated: string
}

interface Rows {
  filter(condition: object): Rows
  all(): Rows
  aiterator(options: object): AsyncIterable<unknown[]>
}

/** Batches that are posted and not taken yet. */
const MOST_AHEAD = 4

// What the one who starts it gives.
const { url, property, batchSize, generated } = workerData as Told
const db = connect<Record<string, object>>({ connectionString: url })
const { repositories } = (await import(generated)) as {
  repositories: (handle: KyselyHandle) => Record<string, Rows>
}
const table = repositories(db)[property]
let ahead = 0
let wake = () => {}

parentPort?.on('message', (message: 'taken' | { readonly most?: number }) => {
  if (message !== 'taken') return void read(message.most)
  ahead--
  wake()
})

async function read(most?: number): Promise<void> {
  const rows = most === undefined ? table?.all() : table?.filter({ id: { lte: most } })
  for await (const batch of rows?.aiterator({ batchYieldSize: batchSize }) ?? []) {
    while (ahead >= MOST_AHEAD) await new Promise<void>((resolve) => (wake = resolve))
    ahead++
    parentPort?.postMessage(batch)
  }
  parentPort?.postMessage([])
}
