import pg from 'pg'
import { changed, fields, inBatches, newRows, setUp, types } from './targets.mjs'

/** pg: VALUES of many rows, as people write them by hand. */
export async function open(job) {
  const client = new pg.Client(job.url)
  await client.connect()
  const rows = newRows(job.limit)
  return {
    warm: () => client.query(setUp(job.form, job.limit)),
    read: async (onRows) => {
      await client.query('begin')
      for (const batch of inBatches(rows)) {
        const values = batch.flatMap((row) => fields.map((field) => row[field]))
        await client.query(job.form === 'update' ? update(batch.length) : insert(batch.length), values)
      }
      await client.query('commit')
      onRows(rows.length)
    },
    close: () => client.end(),
  }
}

function insert(count) {
  return `insert into targets (${fields.join(', ')}) values ${tuples(count, false)}`
}

function update(count) {
  const set = changed.map((field) => `${field} = new.${field}`).join(', ')
  return `update targets set ${set} from (values ${tuples(count, true)}) as new (${fields.join(', ')}) where targets.id = new.id`
}

function tuples(count, cast) {
  let at = 0
  const tuple = () => `(${types.map((type) => `$${++at}${cast ? `::${type}` : ''}`).join(', ')})`
  return Array.from({ length: count }, tuple).join(', ')
}
