import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runInNewContext } from 'node:vm'
import pg from 'pg'
import type * as SluiceModule from 'sluice'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPackage } from '../../scripts/build.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'
import { tableSchema } from '../support/table-schema.js'
import { root } from './pack.js'

type Sluice = typeof SluiceModule

let folder: string
let database: TestDatabase
let asModule: Sluice
let asCommonJs: Sluice
let ofAnotherVersion: Sluice

beforeAll(async () => {
  database = await createTestDatabase()
  const client = new pg.Client(database.url)
  await client.connect()
  await client.query('create table rows (id int8 primary key, bytes bytea)')
  await client.end()
  folder = await mkdtemp(join(tmpdir(), 'sluice-copies-'))
  await mkdir(join(folder, 'dist'))
  await buildPackage(join(folder, 'dist'), { check: false })
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  await copyFile(join(root, 'package.json'), join(folder, 'package.json'))
  const dist = join(folder, 'dist')
  const text = await readFile(join(dist, 'index.cjs'), 'utf8')
  const other = text.replace(/(?<== true \? )"[^"]+"/, '"99.0.0"')
  await writeFile(join(dist, 'other.cjs'), other)
  const require = createRequire(join(dist, 'index.cjs'))
  // What each file exports.
  asModule = (await import(pathToFileURL(join(dist, 'index.js')).href)) as Sluice
  asCommonJs = require('./index.cjs') as Sluice
  ofAnotherVersion = require('./other.cjs') as Sluice
})

afterAll(async () => {
  await Promise.all([database.drop(), rm(folder, { recursive: true })])
})

const schema = tableSchema('rows', { id: 'int8', bytes: 'bytea?' }, { primaryKey: ['id'] })

/** A repository of rows as the tests use it, without the types of its table. */
interface Rows {
  all(): { toArray(): Promise<unknown[]> }
  aiterator(): AsyncIterable<unknown>
  iterator(): Iterable<unknown>
  create(row: unknown): Promise<{ readonly bytes: Buffer }>
  filter(filter: unknown): { count(): Promise<number> }
}

function repositoryOf({ Repository }: Sluice, db: ReturnType<Sluice['connect']>): Rows {
  // Whichever copy it is of.
  return new (class extends Repository<never> {})(db, schema)
}

describe('copies of one version in a process', () => {
  it('are two, and share a database: values, streams, querysets and errors are the same', async () => {
    expect(asModule.connect).not.toBe(asCommonJs.connect)
    const db = asModule.connect({ connectionString: database.url, max: 2 })
    const copies = [asModule, asCommonJs].map((copy) => repositoryOf(copy, db))
    const rows = [{ id: 1n, bytes: Buffer.from('a') }]
    await copies[1]?.create(rows[0])
    for (const copy of copies) {
      expect(await copy.all().toArray()).toEqual(rows)
      for await (const row of copy.aiterator()) expect(row).toEqual(rows[0])
      expect([...copy.iterator()]).toEqual(rows)
    }
    const error: unknown = await copies[1]?.create(rows[0]).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(asModule.UniqueViolation)
    expect(error).toBeInstanceOf(asCommonJs.QueryError)
    expect(error).toBeInstanceOf(ofAnotherVersion.IntegrityError)
    expect(error).not.toBeInstanceOf(asModule.NotNullViolation)
    class Own extends asModule.SluiceError {}
    expect(error).not.toBeInstanceOf(Own)
    await db.close()
  })

  it('share what Dates remember: one that a copy has read finds its row by another', async () => {
    const { sql } = await import('kysely')
    const moment = sql<{ at: Date }>`select timestamptz '2024-01-02 03:04:05.123456+00' as at`
    const [reading, writing] = [asModule, asCommonJs].map((copy) =>
      copy.connect({ connectionString: database.url }),
    )
    const [read] = (await moment.execute(reading as NonNullable<typeof reading>)).rows
    const same = sql`select (${read?.at}::timestamptz)::text like '%05.123456%' as same`
    expect((await same.execute(writing as NonNullable<typeof writing>)).rows).toEqual([{ same: true }])
    await Promise.all([reading?.close(), writing?.close()])
  })

  it('share a pool', async () => {
    const pool = new pg.Pool({ connectionString: database.url, max: 1 })
    for (const { SluiceDialect } of [asModule, asCommonJs, asModule]) {
      const { Kysely, sql } = await import('kysely')
      const db = new Kysely<object>({ dialect: new SluiceDialect({ pool, values: 'sluice' }) })
      const { rows } = await sql`select 1::int8 as n`.execute(db)
      expect(rows).toEqual([{ n: 1n }])
    }
    await pool.end()
  })
})

describe('another version in the process', () => {
  it('is refused a database, by both names', async () => {
    const db = asModule.connect({ connectionString: database.url })
    expect(() => repositoryOf(ofAnotherVersion, db)).toThrow(
      /of sluice \d[\w.]+, and this is sluice 99\.0\.0/,
    )
    await db.close()
  })

  it('is refused a pool', async () => {
    const { Kysely, sql } = await import('kysely')
    const pool = new pg.Pool({ connectionString: database.url })
    await sql`select 1`.execute(new Kysely({ dialect: new asModule.SluiceDialect({ pool }) }))
    const other = new Kysely({ dialect: new ofAnotherVersion.SluiceDialect({ pool }) })
    await expect(sql`select 1`.execute(other)).rejects.toThrow(/The pool is of sluice .* 99\.0\.0/)
    await pool.end()
  })
})

describe('values of another realm', () => {
  it('are what they are', async () => {
    const row: unknown = runInNewContext('({ id: 5, bytes: new Uint8Array([1, 2]) })')
    const db = asModule.connect({ connectionString: database.url })
    const rows = repositoryOf(asModule, db)
    expect([...(await rows.create(row)).bytes]).toEqual([1, 2])
    expect(await rows.filter(runInNewContext('({ id: { gte: 5 } })')).count()).toBe(1)
    await db.close()
  })
})

it('the worker may be named, and what is not there is said', async () => {
  const db = asCommonJs.connect({
    connectionString: database.url,
    iteratorWorker: join(folder, 'missing.mjs'),
  })
  const rows = repositoryOf(asCommonJs, db)
  expect(() => [...rows.iterator()]).toThrow(/missing\.mjs, which the setting iteratorWorker names/)
  await db.close()
  // A file, and not a number.
  const iteratorWorker = 5 as unknown as string
  expect(() => asModule.connect({ iteratorWorker })).toThrow(asModule.OptionError)
})
