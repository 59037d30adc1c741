'use strict'
const assert = require('node:assert')

/** What a service does with sluice, on a pool that instrumentation and a listener of the pool's owner share. */
module.exports = async function exercise(pg) {
  const { Kysely, sql } = require('kysely')
  const { Repository, SluiceDialect } = await import('sluice')
  const column = (name, type) => ({ property: name, name, type, nullable: false, optional: false })
  const schema = {
    ...{
      schema: 'public',
      name: 'numbers',
      kind: 'table',
      primaryKey: ['id'],
      uniqueKeys: [],
      foreignKeys: [],
    },
    columns: [column('id', 'int4'), column('payload', 'text')],
  }
  class Numbers extends Repository {
    constructor(kysely) {
      super(kysely, schema)
    }
  }

  const pool = new pg.Pool({ connectionString: process.env.NUMBERS, max: 2 })
  pool.on('connect', (client) => void client.query("set statement_timeout = '1min'"))
  const db = new Kysely({ dialect: new SluiceDialect({ pool, values: 'sluice' }) })
  const numbers = new Numbers(db)
  const countOf = async (rows) => {
    let count = 0
    for await (const row of rows) count += Array.isArray(row) ? row.length : 1
    return count
  }

  const { signal } = new AbortController()
  assert.equal(
    await countOf(numbers.aiterator({ batchYieldSize: 500, signal, fetchTimeoutMs: 10_000 })),
    10_000,
  )
  assert.equal(await numbers.count(), 10_000)
  assert.equal((await numbers.get({ id: 7 })).payload, 'x7')
  assert.equal((await sql`select 1::int4 as n`.execute(db)).rows[0].n, 1)
  assert.equal((await sql`select ${5}::int4 as n`.execute(db)).rows[0].n, 5)
  await db.transaction().execute(async (trx) => {
    let count = 0
    for await (const row of new Numbers(trx).aiterator({ chunkSize: 1000 })) {
      count += 1
      if (row.id % 4000 === 0) assert.equal(await new Numbers(trx).count(), 10_000)
    }
    assert.equal(count, 10_000)
  })
  const written = await numbers.create({ id: 10_001, payload: 'new' })
  assert.equal(written.payload, 'new')
  assert.equal(await numbers.filter({ id: 10_001 }).delete(), 1)
  assert.equal(await countOf(db.selectFrom('numbers').select('id').stream(100)), 10_000)
  await assert.rejects(sql`select no_such_column`.execute(db), { code: '42703' })
  const failing = db
    .selectFrom('numbers')
    .select(sql`1 / (id - 2000)`.as('n'))
    .orderBy('id')
  await assert.rejects(countOf(failing.stream(500)), { code: '22012' })
  for await (const row of numbers.aiterator({ chunkSize: 10 })) if (row.id === 25) break
  assert.equal(await countOf(numbers.aiterator()), 10_000)
  await db.destroy()

  // The worker of iterator() is a thread of its own: a pool without a listener of its owner.
  const plain = new Kysely({
    dialect: new SluiceDialect({ pool: new pg.Pool({ connectionString: process.env.NUMBERS }) }),
  })
  let count = 0
  for (const batch of new Numbers(plain).iterator({ batchYieldSize: 500 })) count += batch.length
  assert.equal(count, 10_000)
  await plain.destroy()
  process.stdout.write('whole\n')
}
