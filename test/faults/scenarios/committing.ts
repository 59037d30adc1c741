import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql, type Kysely } from 'kysely'
import { failureOf, Numbers, type FaultTables, type NumberRow } from '../../postgres/support/fault-tables.js'
import { startProxy } from '../../postgres/support/proxy.js'
import { loop, nameOf } from '../loop.js'
import type { Scenario } from '../scenario.js'
import { tableOf } from '../tables.js'

/** BEGIN and COMMIT that fail. */
export const committing: readonly Scenario[] = [
  {
    fault: 'The BEGIN of a stream fails',
    async run(world) {
      await using proxy = await startProxy(world.url)
      const { db, pool, ...others } = world.open({ url: proxy.url })
      await sql`select 1`.execute(db)
      // What the server refuses here is what a standby would of READ WRITE: the statement, and not the connection.
      proxy.relayToServer = misspelt('begin', 'bogin')
      const { rows, error } = await loop(new Numbers(db).aiterator())
      assert.equal(rows, 0)
      const transaction = await failureOf(db.transaction().execute(() => Promise.resolve()))
      proxy.relayToServer = (bytes, to) => void to.write(bytes)
      assert.deepEqual(await loop(new Numbers(db).aiterator()), { rows: 10_000, error: undefined })
      assert.equal(pool.totalCount, 1)
      await db.destroy()
      world.forget({ db, pool, ...others })
      return `${nameOf(error)}, and no rows; of a transaction of one's own: ${nameOf(transaction)}`
    },
  },
  {
    fault: 'The connection is killed between being taken from the pool and BEGIN',
    async run(world) {
      let kills = true
      const { db } = world.open({
        onReserveConnection: async () => {
          if (!kills) return
          await world.observer.terminateAll()
          await world.observer.untilStates()
          // What the server said last is on its way.
          await sleep(20)
        },
      })
      const { rows, error } = await loop(new Numbers(db).aiterator())
      const transaction = await failureOf(db.transaction().execute(() => Promise.resolve()))
      kills = false
      assert.equal(rows, 0)
      return `${nameOf(error)}, and no rows; of a transaction of one's own: ${nameOf(transaction)}`
    },
  },
  {
    fault: 'The COMMIT of a transaction fails, by a constraint that is checked then',
    async run(world) {
      const { db } = world.open()
      const outcome = await failureOf(
        db.transaction().execute(async (trx) => {
          const rows = [1, 2].map((id) => ({ id: 13_000, payload: `${world.name} ${id}` }))
          await trx.insertInto('deferred').values(rows).execute()
          const { error } = await loop(new Numbers(trx).aiterator())
          assert.equal(error, undefined)
        }),
      )
      assert.deepEqual(await left(db, 13_000), [])
      return `${nameOf(outcome)}; nothing is written`
    },
  },
  {
    fault: 'The COMMIT of a stream that writes fails, by a constraint that is checked then',
    async run(world) {
      const { db } = world.open()
      const { name, observer } = world
      await observer.query(`
        create function ${name}_write() returns text language sql as
          $$insert into deferred values (14000, 'twice') returning payload$$;
        create view ${name}_writing as select i as id, ${name}_write() as payload from generate_series(1, 4) i`)
      const writing = tableOf<NumberRow>(db, `${name}_writing`, { id: 'int4', payload: 'text' })
      const ended = await loop(writing.aiterator({ chunkSize: 2, readOnly: false }))
      assert.equal(ended.rows, 4)
      const broken = await loop(writing.aiterator({ chunkSize: 2, readOnly: false }), () => 'break')
      assert.equal(broken.rows, 1)
      const refused = await loop(writing.aiterator({ chunkSize: 2 }))
      assert.equal(refused.rows, 0)
      assert.deepEqual(await left(db, 14_000), [])
      const stock = db
        .insertInto('deferred')
        .values([1, 2].map((id) => ({ id: 14_000, payload: String(id) })))
        .returningAll()
      const stocks = [() => undefined, () => 'break'].map((body) => loop(renumbered(stock.stream(10)), body))
      for (const { error } of await Promise.all(stocks)) assert.match(nameOf(error), /23505/)
      assert.equal(nameOf(broken.error), nameOf(ended.error))
      return (
        `${nameOf(ended.error)} after all rows, or when the loop is left early; nothing is written. Without ` +
        `\`readOnly: false\`: ${nameOf(refused.error)}`
      )
    },
  },
]

/** Changes what the client sends, to a word as long. */
function misspelt(
  word: string,
  other: string,
): (bytes: Buffer, to: { write(bytes: Buffer): unknown }) => void {
  return (bytes, to) => {
    const text = bytes.toString('latin1')
    to.write(Buffer.from(text.replaceAll(word, other), 'latin1'))
  }
}

async function left(db: Kysely<FaultTables>, id: number): Promise<unknown[]> {
  return db.selectFrom('deferred').select('id').where('id', '=', id).execute()
}

async function* renumbered(rows: AsyncIterable<NumberRow>): AsyncIterable<NumberRow> {
  let id = 0
  for await (const row of rows) yield { ...row, id: ++id }
}
