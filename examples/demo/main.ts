/** `npm run demo`: from a schema to a typed, streamed loop. Each step is a file of its own, beside this one. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connect } from 'sluice'
import { runSqlFile } from '../../codegen/sql-script/index.js'
import { repositories, type DB } from '../../generated/index.js'
import { runApart } from './apart.js'
import { compare } from './compare.js'
import { exportCsv } from './export-csv.js'
import { fill } from './fill.js'
import { readOptions } from './options.js'
import { prepare } from './prepare.js'
import { count, megabytes, say, step, stopwatch } from './print.js'
import { push } from './push.js'
import { run } from './run.js'
import { showGenerated } from './show-generated.js'
import { startStandInApi } from './stand-in-api.js'
import type { SyncResult } from './sync-loop.js'

const schema = fileURLToPath(new URL('../../schema.sql', import.meta.url))
const options = readOptions()

await run(async (scope) => {
  step('Start PostgreSQL')
  const { url, folder } = await prepare(scope)

  step('Load schema.sql, the tables of a web shop')
  await runSqlFile(url, schema)
  const db = await scope.open(
    () => connect<DB>({ connectionString: url }),
    (opened) => opened.close(),
  )
  const { users } = repositories(db)
  say('Done. All tables are empty.')

  step(`Fill the table "users" with ${count(options.users)} rows`)
  const fillTime = stopwatch()
  await fill(db, options.users)
  say(`Filled in ${fillTime()}, the indexes included.`)

  step('Generate a typed repository for every table')
  await showGenerated(scope, url, folder)

  step('Export all users to a CSV file, in batches')
  say('for await (const batch of users.orderBy("id").aiterator({ batchYieldSize: 1000 })) …')
  say('One query for all; while the loop writes 1,000 users, more are fetched.')
  const csv = join(folder, 'users.csv')
  const exportTime = stopwatch()
  const exported = await exportCsv(users, csv)
  say(`Wrote ${count(exported)} users in ${exportTime()}, ${megabytes((await stat(csv)).size)}: ${csv}`)

  step('Push the active users to an API, 500 at a time')
  say('for await (const batch of active.aiterator({ batchYieldSize: 500 })) await post(api, batch)')
  say('The API is a stand-in. If it is slow, only the next 2,000 rows are read ahead.')
  const api = await scope.open(startStandInApi, (started) => started.close())
  const pushTime = stopwatch()
  const pushed = await push(users, api.url)
  const { requests, items } = api.received
  say(
    `Pushed ${count(pushed)} users in ${pushTime()}: ${count(items)} arrived in ${count(requests)} requests.`,
  )

  step('The same loop without await, for scripts')
  say('for (const batch of active.iterator({ batchYieldSize: 500 })) appendFileSync(file, …)')
  say('It blocks its process while it waits for rows: for scripts, not for servers.')
  const args = [join(folder, 'outbox.jsonl')]
  const sync = await runApart<SyncResult>(scope, { file: './sync-loop.ts', args, url })
  say(`Wrote ${count(sync.users)} users in ${sync.time}, the start of its worker thread included.`)

  step('Compare toArray() with the streams, each in a process of its own')
  await compare(scope, url)
})
