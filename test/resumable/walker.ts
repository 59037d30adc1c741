/** A process that walks, until it is done or killed, and tells its parent how it goes. */
import { connect, walkStore } from '../../src/index.js'
import { copy, Source } from './killed-tables.js'

const [connectionString = '', batchSize = '', leaseMs = ''] = process.argv.slice(2)
const db = connect<object>({ connectionString })
const { outcome } = await new Source(db).walk(
  {
    name: 'copy',
    store: walkStore(db),
    batchSize: Number(batchSize),
    leaseMs: Number(leaseMs),
    // Whoever was killed has it until its lease is over.
    waitMs: 60_000,
    onEvent: ({ type, rows, elapsedMs }) => process.send?.({ type, rows, elapsedMs }),
  },
  (rows, { trx }) => copy(rows, trx),
)
await db.close()
process.exitCode = outcome === 'completed' ? 0 : 1
process.disconnect()
