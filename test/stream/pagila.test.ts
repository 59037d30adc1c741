import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emit } from '../../codegen/emit/emit.js'
import { introspect } from '../../codegen/introspect/introspect.js'
import { buildModel } from '../../codegen/model/build-model.js'
import { typeErrors } from '../codegen/support.js'
import {
  createTestDatabase,
  hasServerLog,
  sampleSchemas,
  serverLog,
  type TestDatabase,
} from '../support/database.js'

/** The loops of a service over Pagila's rental, as its author would type them. */
const LOOP = `
import { connect } from 'sluice'
import { repositories, type DB, type Rental } from './index.js'

export async function loop(connectionString: string): Promise<{ async: number[]; sync: number[] }> {
  const db = connect<DB>({ connectionString, max: 1 })
  const { rental } = repositories(db)
  const recent = rental.filter({ rentalDate: { gte: new Date('2000-01-01') } }).orderBy('-rentalId')
  const sizes = { async: [] as number[], sync: [] as number[] }
  for await (const batch of recent.aiterator({ chunkSize: 2000, batchYieldSize: 500 })) {
    const rentals: Rental[] = batch
    sizes.async.push(rentals.filter((each) => each.rentalDate.getTime() > 0).length)
  }
  for (const batch of recent.iterator({ chunkSize: 2000, batchYieldSize: 500 })) {
    sizes.sync.push(batch.filter((each) => each.customerId > 0).length)
  }
  await db.close()
  return sizes
}
`

const MISTAKES = {
  'a column that is not there': [
    "rentalDate: { gte: new Date('2000-01-01') }",
    'rentedAt: { gte: new Date() }',
  ],
  'a lookup that the type does not have': ["{ gte: new Date('2000-01-01') }", "{ contains: 'x' }"],
  'an operand of the wrong type': ["{ gte: new Date('2000-01-01') }", '{ gte: 5 }'],
  'an order by a column that is not there': ["'-rentalId'", "'-id'"],
  'a property that is not there in the body': ['each.customerId', 'each.customer_id'],
  'a batch taken for a row': ['batch.filter((each) => each.customerId > 0).length', 'batch.customerId'],
} as const

describe.skipIf(!sampleSchemas)("a typed batch loop over Pagila's rental", () => {
  const folder = fileURLToPath(new URL('./.pagila', import.meta.url))
  let database: TestDatabase
  let files: Map<string, string>

  beforeAll(async () => {
    database = await createTestDatabase({ schema: 'pagila' })
    files = new Map(emit(buildModel(await introspect(database.url))).map(({ name, text }) => [name, text]))
    files.set('loop.ts', LOOP)
    await mkdir(folder, { recursive: true })
    for (const [name, text] of files) await writeFile(join(folder, name), text)
  })
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true })
    await database.drop()
  })

  it('compiles, and does not compile with a mistake in it', () => {
    const mistakes = Object.entries(MISTAKES).map(([what, [right, wrong]], index) => {
      const broken = LOOP.replace(right, wrong)
      expect(broken, what).not.toBe(LOOP)
      return { what, file: `mistake-${index}.ts`, broken }
    })
    const errors = typeErrors(
      new Map([...files, ...mistakes.map((each) => [each.file, each.broken] as const)]),
    )
    const [expected, others] = [
      mistakes.filter(({ file }) => errors.some((error) => error.includes(`/${file}:`))),
      errors.filter((error) => !/\/mistake-\d\.ts:/.test(error)),
    ]
    expect(others).toEqual([])
    expect(expected.map(({ what }) => what)).toEqual(Object.keys(MISTAKES))
  })

  it('receives 33 batches, the last of 44, from one query each', async () => {
    const { loop } = (await import(join(folder, 'loop.ts'))) as {
      loop: (url: string) => Promise<{ async: number[]; sync: number[] }>
    }
    const log = hasServerLog ? serverLog(database) : undefined
    const mark = await log?.mark()
    const sizes = await loop(database.url)
    const expected = [...Array<number>(32).fill(500), 44]
    expect(sizes).toEqual({ async: expected, sync: expected })
    if (log === undefined || mark === undefined) return
    const reads = (await log.statementsSince(mark)).filter(({ sql }) => sql.includes('"rental"'))
    expect(reads.filter(({ kind }) => kind !== 'fetch').map(({ kind }) => kind)).toEqual([
      'execute',
      'execute',
    ])
  })
})
