/** `npm run bench`: what sluice reads and writes per second, against its peers, in one run on one dataset. */
import { rm } from 'node:fs/promises'
import Table from 'cli-table3'
import { Command, Option } from 'commander'
import { createDatabase, startServer } from '../codegen/server/index.js'
import { build, workFolder } from './build.js'
import { findSkipped } from './contender-list.js'
import { datasetTables, fill } from './dataset.js'
import { installPeers } from './peers.js'
import { writeReport } from './report.js'
import { runSections } from './run-sections.js'
import type { Section } from './section.js'
import { serverVersion } from './server-version.js'
import { full, quick, tiny } from './sizes.js'

const program = new Command('npm run bench --')
  .option('--quick', 'fewer rows and rounds, under two minutes')
  .option('--out <folder>', 'where the report goes (default: docs, with --quick bench/.results)')
  .addOption(new Option('--tiny', 'almost no rows, to test the benchmark').hideHelp())
  .parse()
const options = program.opts<{ quick?: boolean; tiny?: boolean; out?: string }>()
const size = options.tiny ? 'tiny' : options.quick ? 'quick' : 'full'
const sizes = { full, quick, tiny }[size]
const folder = options.out ?? (size === 'full' ? 'docs' : 'bench/.results')

const start = performance.now()
const elapsed = () => (performance.now() - start) / 1000
const say = (text: string) => console.error(`${elapsed().toFixed(0).padStart(4)} s  ${text}`)

// A test downloads nothing.
const hasPeers = size !== 'tiny'
if (hasPeers) await installPeers(say)
const settings = { shared_buffers: '512MB', max_wal_size: '4GB', synchronize_seqscans: 'off', jit: 'off' }
const server = await startServer({ notify: say, settings })
try {
  const database = await createDatabase(server)
  try {
    const tables = datasetTables(sizes.rows)
    say('Filling the tables')
    await fill(database.url, tables, sizes.parents)
    const ours = await build(database.url)
    const place = { url: database.url, ours }
    const skipped = await findSkipped()
    const sections = await runSections({ place, sizes, tables, skipped, hasPeers, say })
    const version = await serverVersion(database.url)
    const report = { sections, skipped, server: version, size, seconds: elapsed() }
    const path = await writeReport(report, folder)
    for (const section of sections) print(section)
    for (const { name, reason } of skipped) console.log(`Left out: ${name} (${reason})`)
    for (const what of sections.flatMap(({ missing }) => missing)) console.log(`Failed: ${what}`)
    console.log(`\nWrote ${path}, after ${elapsed().toFixed(0)} s.`)
  } finally {
    await database.drop()
  }
} finally {
  await server.stop()
  await rm(workFolder, { recursive: true, force: true })
}

function print({ title, head, rows }: Section): void {
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, index) => (index === 0 ? 'left' : 'right')),
    style: { head: [], border: [] },
  })
  table.push(...rows.map((row) => [...row]))
  console.log(`\n${title}\n${table.toString()}`)
}
