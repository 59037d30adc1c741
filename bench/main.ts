/** `npm run bench`: what sluice reads and writes per second, against its peers, in one run on one dataset. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { createDatabase, startServer } from '../codegen/server/index.js'
import { build, workFolder } from './build.js'
import { nobody, surveyField } from './contender-list.js'
import type { Context } from './context.js'
import { datasetTables, fill } from './dataset.js'
import { sum } from './estimate.js'
import { mustHold } from './must-hold.js'
import { buildNatives } from './natives.js'
import { installPeers } from './peers.js'
import { allPlans, choosePlans, duration, runPlans } from './plans.js'
import { printReport } from './print.js'
import { generatePrisma } from './prisma.js'
import { writeReport } from './report.js'
import { serverVersion } from './server-version.js'
import { full, quick, tiny } from './sizes.js'

const program = new Command('npm run bench --')
  .option('--quick', 'fewer rows and rounds, about five minutes')
  .option('--only <sections...>', 'these sections, or families of sections such as "reading"')
  .option(
    '--out <folder>',
    'where all of the report goes (default: bench/.results; page and charts of a full run: docs)',
  )
  .addOption(new Option('--tiny', 'almost no rows, to test the benchmark').hideHelp())
  .addOption(new Option('--everyone', 'with --tiny: every contender, to see whether it works').hideHelp())
  .parse()
interface Options {
  readonly quick?: boolean
  readonly tiny?: boolean
  readonly everyone?: boolean
  readonly only?: string[]
  readonly out?: string
}
const options = program.opts<Options>()
const size = options.tiny ? 'tiny' : options.quick ? 'quick' : 'full'
const sizes = { full, quick, tiny: options.everyone ? { ...tiny, contenders: Infinity } : tiny }[size]
const rounds = options.out ?? 'bench/.results'
const page = options.out ?? (size === 'full' && options.only === undefined ? 'docs' : rounds)

const start = performance.now()
const elapsed = () => (performance.now() - start) / 1000
const say = (text: string) => console.error(`${elapsed().toFixed(0).padStart(4)} s  ${text}`)

// A test downloads nothing.
const hasPeers = size !== 'tiny' || options.everyone === true
const tables = datasetTables(sizes.rows, sizes.largeRows)
const field = await surveyField()
const plansAt = (place: Context['place'], skipped = field.skipped) =>
  choosePlans(allPlans({ place, sizes, tables, skipped, hasPeers, say }), options.only)
// Nothing is measured before there is a server; a misspelt section is better known now.
const planned = plansAt({ url: '', ours: new URL('about:blank'), programs: {} })
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
    const natives = hasPeers ? await buildNatives(join(workFolder, 'natives')) : nobody
    const skipped = [...field.skipped, ...natives.skipped, ...(hasPeers ? await generatePrisma() : [])]
    const programs = { ...field.programs, ...natives.programs }
    const sections = await runPlans(plansAt({ url: database.url, ours, programs }, skipped), { say, sizes })
    const held = mustHold(sections.flatMap(({ findings }) => findings))
    const software = [await serverVersion(database.url), ...field.versions, ...natives.versions]
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
