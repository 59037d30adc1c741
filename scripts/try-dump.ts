/**
 * `npm run try:dump -- <files and folders>`: loads a schema as the generator does, generates it twice, from the scripts and
 * from the live database, type-checks what was generated as strictly as can be, and uses every table of it. For dumps and
 * migrations of other people.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { connect } from 'sluice'
import { generate } from '../codegen/generate.js'
import { findScripts } from '../codegen/schema-files/index.js'
import { createDatabase, startServer } from '../codegen/server/index.js'
import { LeftOuts, runSqlFile } from '../codegen/sql-script/index.js'
import { summary } from '../codegen/summary.js'
import { fill } from './dump/fill.js'
import { importGenerated } from './dump/import-generated.js'
import { makeRoom, refreshViews } from './dump/make-room.js'
import { strictErrors } from './dump/strict-types.js'
import { Use } from './dump/use.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'skip-extensions': { type: 'string', multiple: true, default: [] }, json: { type: 'boolean' } },
})
const skipExtensions = values['skip-extensions']
const project = mkdtempSync(join(tmpdir(), 'sluice-dump-'))
const server = await startServer()
try {
  await tryDump()
} finally {
  await server.stop()
  rmSync(project, { recursive: true, force: true })
}

async function tryDump(): Promise<void> {
  const { files } = await findScripts(positionals)
  const out = join(project, 'from-scripts')
  const result = await generate({ source: { files: positionals }, out, server, settings: { skipExtensions } })
  console.log(summary(result, out))
  const database = await createDatabase(server)
  try {
    const options = { leftOuts: new LeftOuts(), skipExtensions, server: 'ours' } as const
    for (const file of files) await runSqlFile(database.url, file, options)
    const live = join(project, 'from-server')
    await generate({ source: { url: database.url }, out: live, server })
    const everything = { functions: true, checkUnions: true, brandedIds: true, enums: 'const' } as const
    const source = { url: database.url }
    await generate({ source, out: join(project, 'with-everything'), server, settings: everything })
    report('bytes the same from scripts and server', differences(out, live))
    report('strict type errors', strictErrors(project))
    await use(out, database.url)
  } finally {
    await database.drop()
  }
}

async function use(out: string, url: string): Promise<void> {
  const repositories = await importGenerated(out)
  // Neither triggers nor keys are in the way of rows that nobody's program has made.
  const writer = connect<object>({ connectionString: url, options: '-c session_replication_role=replica' })
  await makeRoom(url)
  const filled = await fill(Object.values(repositories(writer))).finally(() => writer.close())
  await refreshViews(url)
  const empty = [...filled].filter(([, { because }]) => because !== undefined)
  report(
    'tables left empty',
    empty.map(([name, { because = '' }]) => `${name}: ${because}`),
  )
  const { problems, ...counts } = await Use.of(repositories, url)
  report('problems in use', problems)
  console.log(JSON.stringify(counts))
}

function report(what: string, problems: readonly string[]): void {
  console.log(`${what}: ${problems.length === 0 ? 'none' : String(problems.length)}`)
  for (const problem of problems) console.log(`  ${problem}`)
}

/** Files that differ, or are in one of two folders alone. */
function differences(left: string, right: string): string[] {
  const names = new Set([left, right].flatMap((folder) => readdirSync(folder)))
  const textOf = (folder: string, name: string) =>
    readdirSync(folder).includes(name) ? readFileSync(join(folder, name), 'utf8') : undefined
  return [...names].filter((name) => textOf(left, name) !== textOf(right, name))
}
