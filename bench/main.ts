/** `npm run bench`: what sluice reads and writes per second, against its peers, in one run on one dataset. */
import { rm } from 'node:fs/promises'
import { Command, Option } from 'commander'
import { createDatabase, startServer } from '../codegen/server/index.js'
import { build, workFolder } from './build.js'
import { surveyField } from './contender-list.js'
import type { Context } from './context.js'
import { datasetTables, fill } from './dataset.js'
import { sum } from './estimate.js'
import { mustHold } from './must-hold.js'
import { installPeers } from './peers.js'
import { allPlans, choosePlans, duration, runPlans } from './plans.js'
import { printReport } from './print.js'
import { writeReport } from './report.js'
import { serverVersion } from './server-version.js'
import { full, quick, tiny } from './sizes.js'

const program = new Command('npm run bench --')
  .option('--quick', 'fewer rows and rounds, under two minutes')
  .option('--only <sections...>', 'these sections, or families of sections such as "reading"')
  .option(
    '--out <folder>',
    'where all of the report goes (default: bench/.results; page and charts of a full run: docs)',
  )
  .addOption(new Option('--tiny', 'almost no rows, to test the benchmark').hideHelp())
  .parse()
const options = program.opts<{ quick?: boolean; tiny?: boolean; only?: string[]; out?: string }>()
const size = options.tiny ? 'tiny' : options.quick ? 'quick' : 'full'
const sizes = { full, quick, tiny }[size]
const rounds = options.out ?? 'bench/.results'
const page = options.out ?? (size === 'full' && options.only === undefined ? 'docs' : rounds)

const start = performance.now()
const elapsed = () => (performance.now() - start) / 1000
const say = (text: string) => console.error(`${elapsed().toFixed(0).padStart(4)} s  ${text}`)

// A test downloads nothing.
const hasPeers = size !== 'tiny'
const tables = datasetTables(sizes.rows, sizes.largeRows)
const { python, skipped, versions } = await surveyField()
const contextAt = (place: Context['place']): Context => ({ place, sizes, tables, skipped, hasPeers, say })
const plansAt = (place: Context['place']) => choosePlans(allPlans(contextAt(place)), options.only)
// Nothing is measured before there is a server; a misspelt section is better known now.
const planned = plansAt({ url: '', ours: new URL('about:blank'), python })
if (hasPeers) await installPeers(say)
const fillSeconds = 5 + sizes.rows / 30_000
say(`Expected to take ${duration(fillSeconds + sum(planned.map(({ seconds }) => seconds)))}`)

const settings = { shared_buffers: '512MB', max_wal_size: '4GB', synchronize_seqscans: 'off', jit: 'off' }
const server = await startServer({ notify: say, settings })
try {
  const database = await createDatabase(server)
  try {
    say('Filling the tables')
    await fill(database.url, tables, sizes)
    const ours = await build(database.url)
    const sections = await runPlans(plansAt({ url: database.url, ours, python }), { say, sizes })
    const held = mustHold(sections.flatMap(({ findings }) => findings))
    const software = [await serverVersion(database.url), ...versions]
    const report = { held, sections, skipped, software, size, seconds: elapsed() }
    const path = await writeReport(report, { page, rounds })
    printReport(report)
    console.log(`\nWrote ${path}, and the rounds into ${rounds}, after ${elapsed().toFixed(0)} s.`)
  } finally {
    await database.drop()
  }
} finally {
  await server.stop()
  await rm(workFolder, { recursive: true, force: true })
}
