/**
 * `npm run measure:large -- 500 2000`: what schemas of so many tables cost: code, generation, import and the editor. Beside
 * it the file of kysely-codegen, where `--kysely-codegen <folder>` says in which node_modules that is.
 */
import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import ts from 'typescript'
import { generate } from '../codegen/generate.js'
import { createDatabase, startServer } from '../codegen/server/index.js'
import { type EditedFile, editorTimes } from './editor-times.js'
import { root } from './imports.js'
import { largeSchema } from './schema-of-many-tables.js'

const ROUNDS = 5

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'kysely-codegen': { type: 'string' } },
})
const sizes = positionals.length === 0 ? [500, 2000] : positionals.map(Number)

const folder = mkdtempSync(join(tmpdir(), 'sluice-large-'))
const server = await startServer()
try {
  execFileSync('npm', ['run', 'build'], { cwd: root, stdio: 'ignore' })
  const rows: Record<string, unknown>[] = []
  for (const size of sizes) rows.push(...(await measure(size)))
  console.table(rows)
} finally {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function measure(tables: number): Promise<Record<string, unknown>[]> {
  const database = await createDatabase(server)
  try {
    const client = new pg.Client(database.url)
    await client.connect()
    await client.query(largeSchema(tables))
    await client.end()
    const peer = values['kysely-codegen']
    const made = [await ours(tables, database.url)]
    if (peer !== undefined) made.push(kyselyCodegen(tables, database.url, peer))
    const times = await editorTimes(made, ROUNDS)
    return made.map(({ figures }, at) => ({ ...figures, ...times[at] }))
  } finally {
    await database.drop()
  }
}

/** What was generated, and a file that uses it. */
interface Made extends EditedFile {
  readonly figures: Record<string, unknown>
}

async function ours(tables: number, url: string): Promise<Made> {
  const project = projectOf(`ours-${tables}`)
  const out = join(project, 'generated')
  const seconds: number[] = []
  for (let round = 0; round < 3; round++) {
    rmSync(out, { recursive: true, force: true })
    seconds.push((await generate({ source: { url }, out })).seconds)
  }
  const text = `import { connect } from 'sluice'
import { repositories, type DB } from './generated/index.js'
const all = repositories(connect<DB>({ connectionString: '' }))
export const first = await all.customerOrders1.filter({ id: 1 }).toArray()
first[0]?.`
  compile(out, join(project, 'js'))
  const { imported, made } = importTimes(project)
  const figures = {
    ...{ what: 'sluice', tables, ...sizeOf(out), generated_s: median(seconds).toFixed(2) },
    ...{ import_ms: imported, repositories_ms: made },
  }
  return { project, text, figures }
}

function kyselyCodegen(tables: number, url: string, modules: string): Made {
  const project = projectOf(`peer-${tables}`)
  mkdirSync(join(project, 'generated'))
  const file = join(project, 'generated/db.ts')
  const env = { ...process.env, DATABASE_URL: url }
  execFileSync(join(modules, '.bin/kysely-codegen'), ['--out-file', file], { stdio: 'ignore', env })
  const text = `import { Kysely } from 'kysely'
import type { DB } from './generated/db.js'
declare const db: Kysely<DB>
export const first = await db.selectFrom('customer_orders_1').selectAll().where('id', '=', 1).execute()
first[0]?.`
  return { project, text, figures: { what: 'kysely-codegen', tables, ...sizeOf(join(project, 'generated')) } }
}

/** A project of a user's, with the package as it is published. */
function projectOf(name: string): string {
  const project = join(folder, name)
  mkdirSync(join(project, 'node_modules'), { recursive: true })
  for (const each of ['kysely', 'pg', '@types'])
    symlinkSync(join(root, 'node_modules', each), join(project, 'node_modules', each))
  symlinkSync(root, join(project, 'node_modules/sluice'))
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
  const compilerOptions = {
    ...{ target: 'es2023', module: 'nodenext', strict: true, skipLibCheck: true, noEmit: true },
    ...{ types: ['node'], preserveSymlinks: true },
  }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  return project
}

function sizeOf(path: string) {
  const names = filesOf(path)
  const bytes = names.reduce((sum, name) => sum + readFileSync(join(path, name)).length, 0)
  return { files: names.length, kB: Math.round(bytes / 1000) }
}

function filesOf(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
}

function compile(from: string, to: string): void {
  const compilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    verbatimModuleSyntax: true,
  }
  mkdirSync(to)
  for (const name of filesOf(from)) {
    const { outputText } = ts.transpileModule(readFileSync(join(from, name), 'utf8'), { compilerOptions })
    writeFileSync(join(to, name.replace(/\.ts$/, '.js')), outputText)
  }
}

function importTimes(project: string): { imported: string; made: string } {
  const script = join(project, 'import.mjs')
  writeFileSync(
    script,
    `import { connect } from 'sluice'
    const db = connect({ connectionString: 'postgres://x' })
    const start = performance.now()
    const { repositories } = await import('./js/index.js')
    const imported = performance.now()
    repositories(db)
    console.log(JSON.stringify([imported - start, performance.now() - imported]))`,
  )
  const times = Array.from(
    { length: ROUNDS },
    () => JSON.parse(execFileSync(process.execPath, [script], { encoding: 'utf8' })) as [number, number],
  )
  const [imported, made] = [0, 1].map((at) => median(times.map((each) => each[at] ?? NaN)).toFixed(0))
  return { imported: imported ?? '', made: made ?? '' }
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] ?? NaN
}
