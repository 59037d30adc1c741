import { sql, type ControlledTransaction, type Kysely } from 'kysely'
import { consume } from './consume.js'
import { LEFT, promise } from './failures.js'
import type { Via } from './plan.js'
import type { Run } from './run.js'
import { firstRows } from './sources.js'
import type { StressTables } from './tables.js'

type Handle = Kysely<StressTables>

/** How a stream is run, by where. */
export const ways: Readonly<Record<Via, (run: Run) => Promise<void>>> = {
  own: (run) => consume(run, queryset(run)),
  stock: (run) => consume(run, stock(run)),
  callback: (run) => run.world.db.transaction().execute((trx) => inTransaction(run, trx)),
  using,
  insert,
}

function queryset({ world, plan, aborter }: Run, within?: Handle): AsyncIterable<object> {
  const { source, rows, chunkSize, batchYieldSize } = plan
  const some = firstRows(world.db, source, rows)
  return (within === undefined ? some : some.using(within)).aiterator({
    signal: aborter.signal,
    ...(chunkSize !== undefined && { chunkSize }),
    ...(batchYieldSize !== undefined && { batchYieldSize }),
  })
}

function stock({ world, plan }: Run): AsyncIterable<object> {
  const { rows, chunkSize } = plan
  return world.db
    .selectFrom(freeHandSource(plan.source))
    .selectAll()
    .where('id', '<=', rows)
    .stream(chunkSize ?? 80)
}

async function using(run: Run): Promise<void> {
  const trx = await run.world.db.startTransaction().execute()
  try {
    await inTransaction(run, trx, (body) => withSavepoint(trx, body))
    await trx.commit().execute()
  } catch (error) {
    await trx
      .rollback()
      .execute()
      .catch(() => {})
    throw error
  }
}

/** The stream with queries in its body, and one after it. */
async function inTransaction(
  run: Run,
  trx: Handle,
  failing?: (query: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const { hasQueries, number, source } = run.plan
  const body = async (id: number) => {
    if (!hasQueries) return
    const { rows } = await sql<{ id: number }>`select ${id}::int as id`.execute(trx)
    promise(rows.length === 1 && rows[0]?.id === id, `The query in the body gave ${JSON.stringify(rows)}.`)
    if (failing !== undefined && source === 'numbers' && (id + number) % 3 === 0) {
      await failing(async () => {
        await sql`select 1 / 0`.execute(trx)
      })
    }
  }
  await consume(run, queryset(run, trx), body)
  const { rows } = await sql<{ n: number }>`select ${number}::int as n`.execute(trx)
  promise(
    rows.length === 1 && rows[0]?.n === number,
    `The query after the loop gave ${JSON.stringify(rows)}.`,
  )
}

/** A query that fails, and is undone: the stream goes on. */
async function withSavepoint(
  trx: ControlledTransaction<StressTables>,
  query: () => Promise<void>,
): Promise<void> {
  const inner = await trx.savepoint('inner').execute()
  const didFail = await query().then(
    () => false,
    () => true,
  )
  promise(didFail, 'A query that must fail did not.')
  await inner.rollbackToSavepoint('inner').execute()
}

/** INSERT … RETURNING, which writes all or nothing, however its stream is left. */
async function insert(run: Run): Promise<void> {
  const { world, plan } = run
  const first = (plan.number % 100_000) * 10_000
  const query = world.db
    .insertInto('items')
    .columns(['id', 'payload'])
    .expression((eb) =>
      eb
        .selectFrom(freeHandSource(plan.source))
        .select([sql<number>`id + ${first}::int`.as('id'), 'payload'])
        .where('id', '<=', plan.rows),
    )
    .returning([sql<number>`id - ${first}::int`.as('id'), 'payload'])
  let failure: unknown
  try {
    await consume(run, query.stream(plan.chunkSize ?? 100))
  } catch (error) {
    failure = error
    throw error
  } finally {
    const items = `from items where id > $1 and id <= $1 + 10000`
    const [counted] = await world.watch.query<{ n: number }>(`select count(*)::int as n ${items}`, [first])
    const written = counted?.n
    await world.watch.query(`delete ${items}`, [first])
    promise(written === plan.rows || written === 0, `${written} rows were written of ${plan.rows}.`, failure)
    // The body's own error hides that of a COMMIT which found its connection cut.
    const mayBeNone =
      failure !== undefined && (failure !== LEFT || world.tally.cuts + world.tally.cancels > 0)
    promise(written === plan.rows || mayBeNone, 'Nothing was written, and nobody told.', failure)
  }
}

function freeHandSource(source: string): 'numbers' | 'failing' {
  return source === 'failing' ? 'failing' : 'numbers'
}
