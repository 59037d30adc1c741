import { cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packPackage, root } from '../package/pack.js'
import { Project } from '../package/project.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'
import { nodeOf, recipes, someRecipes, type Recipe } from './projects.js'

const chosen =
  process.env['PROJECTS'] === 'some' ? recipes.filter(({ name }) => someRecipes.has(name)) : recipes

const outcome =
  '1050 streamed, 11 batches, 1050 rows; 1,2,255; 2024-05-06T07:08:09.010Z; {"a":[1,null]}; ' +
  'UniqueViolation true; OptionError true'

let database: TestDatabase
let folder: string
let tarball: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-projects-'))
  tarball = await packPackage(folder)
  database = await createTestDatabase()
  const client = new pg.Client(database.url)
  await client.connect()
  await client.query(`
    create table things (id int primary key, at timestamptz not null, bytes bytea not null, doc jsonb not null);
    insert into things select n, now(), 'x', '1' from generate_series(1, 1050) as n`)
  await client.end()
})

afterAll(async () => {
  await Promise.all([database.drop(), rm(folder, { recursive: true })])
})

describe('the package in a project with', () => {
  it.each(chosen)('$name', async (recipe) => {
    await using project = await Project.create(recipe.type ?? 'module')
    await installInto(project, recipe)
    await cp(join(root, 'test/projects/app'), project.path, { recursive: true })
    for (const [file, text] of Object.entries(recipe.files ?? {})) {
      await mkdir(join(project.path, dirname(file)), { recursive: true })
      await project.write(file, text)
    }
    const bin = nodeOf(recipe)
    const path = bin === undefined ? {} : { PATH: [bin, process.env['PATH']].join(delimiter) }
    const environment = { THINGS: database.url, ...path }
    for (const [command = '', ...args] of recipe.builds ?? []) await project.must(command, args, environment)
    if (recipe.bundle !== undefined) await leaveOnly(project, recipe.bundle)
    const [command = '', ...args] = recipe.run
    expect(await project.must(command, args, environment)).toContain(outcome)
  })
})

async function installInto(project: Project, { packages = [], install }: Recipe): Promise<void> {
  if (install !== undefined) await install(project, tarball)
  else await project.install(tarball, 'pg@8', 'kysely@0.28', ...packages)
}

/** What was built runs as it would on another machine. */
async function leaveOnly(project: Project, bundle: string): Promise<void> {
  const built = join(folder, 'built')
  await rename(join(project.path, bundle), built)
  await rm(project.path, { recursive: true })
  await rename(built, project.path)
}

it('are those of the README', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  const [, list = ''] = /<!-- projects -->([^]*)<!-- \/projects -->/.exec(readme) ?? []
  expect([...list.matchAll(/^- (.*)$/gm)].map(([, name]) => name)).toEqual(recipes.map(({ name }) => name))
})
