import { ref, type KyselyHandle } from 'sluice'
import { repositories, type Product } from '../../generated/index.js'

/** Names the task in the queue and its walks in their store: another task, or the same once more, has another one. */
export const TASK = 'raise-prices'

/** The rows that are walked: workers restore partitions of just these. */
export const rowsOf = (db: KyselyHandle) => repositories(db).products.filter({ status: 'active' })

/** What is done with a batch, by `trx`. Were a row to come twice, its price would be raised twice. */
export async function raisePrices(rows: readonly Product[], trx: KyselyHandle): Promise<void> {
  const { products } = repositories(trx)
  const ids = rows.map(({ id }) => id)
  await products.filter({ id: { in: ids } }).update({ price: ref('price').times(1.05) })
}
