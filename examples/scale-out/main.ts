/**
 * A task for many machines, with `DATABASE_URL`, and with `REDIS_URL` where its jobs are in a Redis:
 *
 *     node --import tsx examples/scale-out/main.ts plan 32
 *     node --import tsx examples/scale-out/main.ts work       as often, and on as many machines, as you like
 *     node --import tsx examples/scale-out/main.ts status
 */
import { connect, walkStore, type Database } from 'sluice'
import type { DB } from '../../generated/index.js'
import { plan } from './plan.js'
import { openQueue } from './open-queue.js'
import { TASK } from './task.js'
import { work } from './work.js'

const [command = 'status', argument] = process.argv.slice(2)
const connectionString = process.env.DATABASE_URL ?? ''
const db = connect<DB>({
  connectionString,
  // A process that hangs in the midst of a batch has its walk locked: the server ends that transaction.
  idle_in_transaction_session_timeout: 5_000,
})
const open = () => openQueue(TASK, connectionString, process.env.REDIS_URL)
const commands: Readonly<Record<string, (db: Database<DB>) => Promise<void>>> = {
  plan: async (db) => {
    await walkStore(db).create()
    const queue = await open()
    const { jobs, isNew } = await plan(db, queue, Number(argument ?? 8))
    console.log(isNew ? `${jobs} jobs are sent.` : `It was planned before, as ${jobs} jobs.`)
    await queue.stop()
  },
  work: async (db) => {
    const drained = new AbortController()
    const queue = await open()
    await work(db, queue, {
      drain: drained.signal,
      batchSize: Number(argument ?? 1000),
      onEvent: ({ type, name, rows }) => console.log(`${name} ${type}: ${rows} rows`),
      onGivenBack: (walk, reason) => console.log(`${walk} given back: ${String(reason)}`),
    })
    console.log('ready')
    await new Promise((resolve) => process.once('SIGTERM', resolve).once('SIGINT', resolve))
    drained.abort('a deploy')
    // Waits for the batch under way.
    await queue.stop()
  },
  status: async (db) => {
    for (const { name, state, rows, estimate } of await walkStore(db).list())
      if (name.startsWith(`${TASK}/`)) console.log(`${name} ${state}: ${rows} of about ${estimate} rows`)
  },
}
try {
  const run = commands[command]
  if (run === undefined)
    throw new Error(`There is no command ${command}. There is ${Object.keys(commands).join(', ')}.`)
  await run(db)
} finally {
  await db.close()
}
