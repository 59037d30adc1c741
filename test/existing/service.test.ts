import { CamelCasePlugin, Kysely, PostgresDialect, type Dialect } from 'kysely'
import pg from 'pg'
import { expect, test } from 'vitest'
import { SluiceDialect } from '../../src/index.js'
import { createTestDatabase } from '../support/database.js'
import type { DB } from './db.js'
import { migrations } from './migrations.js'
import { endpoints } from './service.js'

/** What each endpoint answers, as it goes over the wire, and the rows as a stream has them. */
async function answers(dialectOf: (pool: pg.Pool) => Dialect, settings: pg.PoolConfig = {}) {
  await using database = await createTestDatabase()
  const pool = new pg.Pool({ connectionString: database.url, ...settings })
  const db = new Kysely<DB>({ dialect: dialectOf(pool), plugins: [new CamelCasePlugin()] })
  try {
    for (const { up } of Object.values(migrations)) await up(db)
    const bodies: Record<string, string> = {}
    for (const [name, answer] of Object.entries(endpoints))
      Object.assign(bodies, { [name]: JSON.stringify(await answer(db)) })
    return bodies
  } finally {
    await db.destroy()
  }
}

const options: Record<string, pg.PoolConfig> = {
  'parsers of pg': {},
  'parsers of the pool': {
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === 20 ? Number : (pg.types.getTypeParser(oid, format) as (text: string) => unknown),
    },
  },
  'styles of the session': {
    options: '-c DateStyle=SQL,DMY -c IntervalStyle=iso_8601 -c bytea_output=escape',
  },
}

test.each(Object.entries(options))('a service answers the same, byte for byte: %s', async (_, settings) => {
  const before = await answers((pool) => new PostgresDialect({ pool }), settings)
  const after = await answers((pool) => new SluiceDialect({ pool, values: 'pg' }), settings)
  expect(after).toEqual(before)
  expect(Object.keys(after)).toHaveLength(Object.keys(endpoints).length)
})
