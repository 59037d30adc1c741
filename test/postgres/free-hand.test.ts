import { Kysely, sql } from 'kysely'
import pg from 'pg'
import { expect, test } from 'vitest'
import { SluiceDialect } from '../../src/index.js'
import { useFaults } from './support/use-faults.js'

const faults = useFaults()

/** With a setting of pg's that its types do not know. */
async function withPool<T>(settings: object, work: (db: Kysely<object>) => Promise<T>): Promise<T> {
  const pool = new pg.Pool({ connectionString: faults.url, ...settings })
  const db = new Kysely<object>({ dialect: new SluiceDialect({ pool, values: 'sluice' }) })
  try {
    return await work(db)
  } finally {
    await db.destroy()
  }
}

test.each([false, true])(
  'free-hand values do not depend on the `binary` setting of the pool: %s',
  async (binary) => {
    const { rows } = await withPool({ binary }, (db) =>
      sql`select ${'a'}::text as a, 12345678901::int8 as b, '{1,2}'::int4[] as c, '2026-02-03'::date as d`.execute(
        db,
      ),
    )
    expect(rows).toEqual([{ a: 'a', b: 12345678901n, c: [1, 2], d: '2026-02-03' }])
  },
)

test('an error of free-hand SQL has the line of the caller in its stack', async () => {
  const failing = withPool({}, (db) => sql`select 1 / ${0}::int`.execute(db))
  await expect(failing).rejects.toMatchObject({
    code: '22012',
    stack: expect.stringMatching(/free-hand\.test\.ts:\d+/) as string,
  })
})
