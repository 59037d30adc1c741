import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { installNode } from '../../scripts/install-node.js'
import { packPackage, root } from '../package/pack.js'
import { Project } from '../package/project.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'

const packages = [
  ...['@opentelemetry/api', '@opentelemetry/sdk-node', '@opentelemetry/sdk-trace-base'],
  ...['@opentelemetry/instrumentation-pg', '@opentelemetry/auto-instrumentations-node', '@sentry/node'],
  ...['dd-trace', 'newrelic', 'elastic-apm-node', 'applicationinsights'],
  ...['aws-xray-sdk-core', 'aws-xray-sdk-postgres'],
]

let database: TestDatabase
let folder: string
let project: Project
let node: string

beforeAll(async () => {
  // Most of them are for Node 22 and newer.
  node = join(installNode('24'), process.platform === 'win32' ? 'node.exe' : 'node')
  folder = await mkdtemp(join(tmpdir(), 'sluice-install-'))
  project = await Project.create('commonjs')
  await project.install(await packPackage(folder), 'pg', 'kysely', ...packages)
  await cp(join(root, 'test/instrumentation/programs'), join(project.path, 'programs'), { recursive: true })
})

beforeAll(async () => {
  database = await createTestDatabase()
  const client = new pg.Client(database.url)
  await client.connect()
  await client.query(`
    create table numbers (id int primary key, payload text not null);
    insert into numbers select n, 'x' || n from generate_series(1, 10000) as n`)
  await client.end()
})

afterAll(async () => {
  await Promise.all([project[Symbol.asyncDispose](), database.drop(), rm(folder, { recursive: true })])
})

it.each([
  ['plain', {}],
  ['opentelemetry', {}],
  ['opentelemetry', { COMMENTS: 'yes' }],
  ['observed', {}],
  ['auto-instrumentations', {}],
  ['sentry', {}],
  ['dd-trace', {}],
  ['newrelic', {}],
  ['elastic-apm', {}],
  ['application-insights', {}],
  ['x-ray', {}],
])('streams, reads and writes are whole under %s %o', async (program, settings) => {
  const environment = { NUMBERS: database.url, ...settings }
  const { code, stdout, stderr } = await project.run(node, ['programs/main.cjs', program], environment)
  expect({ code, stdout, stderr: code === 0 ? '' : stderr }).toEqual({
    ...{ code: 0, stderr: '' },
    stdout: expect.stringContaining('whole\n') as string,
  })
})
