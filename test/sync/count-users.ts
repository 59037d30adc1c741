import { connect } from 'sluice'
import { repositories, type DB } from '../../generated/index.js'

/** A script as a user would write it: run by the tests under tsx. */
const db = connect<DB>({ connectionString: process.argv[2] })
const { users } = repositories(db)
let batches = 0
for (const batch of users.iterator({ batchYieldSize: 100 })) batches += Math.sign(batch.length)
let rows = 0
for await (const _ of users.aiterator()) rows++
await db.close()
process.stdout.write(`${batches} batches, ${rows} rows\n`)
