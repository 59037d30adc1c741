import assert from 'node:assert/strict'
import { sql } from 'kysely'
import { loop, nameOf, type Loop } from '../loop.js'
import type { Scenario } from '../scenario.js'
import { tableOf } from '../tables.js'
import type { World } from '../world.js'

/** `lock_timeout` where a loop waits for a lock of others, and of its own. */
export const lockTimeouts: readonly Scenario[] = [
  {
    fault: '`lock_timeout` in a loop over `selectForUpdate()`',
    async run(world) {
      const { db } = world.open({ lock_timeout: 100 })
      const name = await createRows(world)
      await world.observer.query(`begin; select from ${name} where id = 150 for update`)
      let ended!: Loop
      const transaction = db.transaction().execute(async (trx) => {
        const rows = tableOf<Row>(trx, name, columns).orderBy('id').selectForUpdate()
        ended = await loop(rows.aiterator({ chunkSize: 100 }))
        if (ended.error !== undefined) throw ended.error
      })
      await assert.rejects(transaction, (error) => error === ended.error)
      await world.observer.query('rollback')
      assert.equal(ended.rows, 100)
      return `${nameOf(ended.error)} after the rows of the fetches before`
    },
  },
  {
    fault: '`lock_timeout` in a loop of `iterator()` over what its own process has locked',
    async run(world) {
      const { db } = world.open({ lock_timeout: 100 })
      const name = await createRows(world)
      const { rows, error } = await db.transaction().execute(async (trx) => {
        await sql`lock table ${sql.id(name)} in access exclusive mode`.execute(trx)
        return loop(tableOf<Row>(db, name, columns).iterator())
      })
      assert.equal(rows, 0)
      return `${nameOf(error)} instead of a process that waits for itself; without the setting after 30 s`
    },
  },
]

interface Row {
  readonly id: number
}

const columns = { id: 'int4' } as const

async function createRows({ observer, name }: World): Promise<string> {
  const table = `${name}_rows`
  await observer.query(`create table ${table} as select id from numbers where id <= 1000`)
  return table
}
